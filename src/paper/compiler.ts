import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { initSync, type TypstCompiler, TypstCompilerBuilder } from "@myriaddreamin/typst-ts-web-compiler"
import type { PaperJob } from "./job.ts"

const TEMPLATES = ["frame", "sheet", "log", "page", "duty", "protocol"]
const FONTS = ["DejaVuSansCondensed", "DejaVuSansCondensed-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold"]

/** The compiler with our templates and fonts, and no way to any other file, font or package. */
export async function openCompiler(): Promise<TypstCompiler> {
  initSync({ module: readFileSync(fileURLToPath(import.meta.resolve("@myriaddreamin/typst-ts-web-compiler/wasm"))) })
  const builder = new TypstCompilerBuilder()
  builder.set_dummy_access_model()
  for (const font of FONTS) {
    const file = fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${font}.ttf`))
    await builder.add_raw_font(readFileSync(file))
  }
  const compiler = await builder.build()
  for (const name of TEMPLATES)
    compiler.add_source(`/${name}.typ`, readFileSync(new URL(`./templates/${name}.typ`, import.meta.url), "utf8"))
  return compiler
}

/** Gives the compiler what a job shows: `data.json` and the attached file, beside its template. */
export function giveJob(compiler: TypstCompiler, { data, attachment }: PaperJob): void {
  const about = attachment && { name: attachment.name, description: attachment.description, type: attachment.type }
  compiler.map_shadow("/data.json", Buffer.from(JSON.stringify({ ...data, attachment: about })))
  compiler.map_shadow("/attachment", Buffer.from(attachment?.text ?? ""))
}
