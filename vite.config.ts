import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

/** The screens of a desk: one program, words of each language apart, nothing inline, nothing from elsewhere. */
export default defineConfig({
  root: "src/web",
  base: "/",
  plugins: [react()],
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2024",
    // A data: address in a script or a style would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
})
