import { hash, randomBytes } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { getRequestListener } from "@hono/node-server"
import { Hono } from "hono"
import { deskApi } from "./api.ts"
import { answersTo, localSite } from "./officers/site.ts"
import type { Desk } from "./open.ts"
import { writeDurably } from "./vault.ts"

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
}

// Nothing that a browser could give away; passkeys are for the desk's own pages.
const PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self)"

/** Where the built screens lie. */
export const WEB_FOLDER = fileURLToPath(new URL("../../dist/web", import.meta.url))

/** A desk's web server: its API and its screens, with a policy under which nothing else can run or be reached. */
export function deskApp(desk: Desk, site = localSite(desk.delegation)): Hono {
  const app = new Hono()
  const files = screenFiles()
  app.use("*", async (c, next) => {
    if (answersTo(site, c.req.header("host"))) await next()
    else c.res = c.text("no desk answers to this name\n", 421)
    c.header("X-Content-Type-Options", "nosniff")
    c.header("Referrer-Policy", "no-referrer")
    c.header("Cross-Origin-Opener-Policy", "same-origin")
    c.header("Cross-Origin-Resource-Policy", "same-origin")
    c.header("X-Frame-Options", "DENY")
    c.header("Permissions-Policy", PERMISSIONS)
    if (site.tls) c.header("Strict-Transport-Security", "max-age=63072000")
  })
  app.route("/api", deskApi(desk, site))
  // A script that asks for what is not there is told so, and gets no screen.
  app.all("/api/*", (c) => c.json({ error: "unknown-path" }, 404))
  app.get("*", (c) => {
    const file = files.get(c.req.path)
    if (file && c.req.path !== "/index.html") {
      c.header("Cache-Control", c.req.path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache")
      return c.body(file.bytes, 200, { "Content-Type": file.type })
    }
    const index = files.get("/index.html")
    if (!index) return c.text("the screens are not built yet: run npm run prepare\n", 503)
    const nonce = randomBytes(16).toString("base64")
    c.header("Content-Security-Policy", contentPolicy(nonce))
    c.header("Cache-Control", "no-store")
    const exercise = desk.founded.charter.exercise ? "yes" : "no"
    const page = Buffer.from(index.bytes).toString().replaceAll("__NONCE__", nonce).replaceAll("__EXERCISE__", exercise)
    return c.html(page)
  })
  return app
}

/** A desk's own name with its certificate and key, PEM: from an authority, or its own on a closed network. */
export type Tls = { name: string; cert: string; key: string }

/** Listens for a desk's officers on a port of its own, by TLS under its own name; throws where the port is taken. */
export async function listenDesk(desk: Desk, host: string, port: number, tls?: Tls): Promise<Server> {
  const site = tls ? { name: tls.name, tls: true } : localSite(desk.delegation)
  const answer = getRequestListener(deskApp(desk, site).fetch)
  const server = tls ? createTlsServer({ ...tls, minVersion: "TLSv1.3" }, answer) : createServer(answer)
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  return server
}

/**
 * Where scripts on the desk's own machine reach it, and with which word: `api.json` in its folder, mode 0600. With TLS
 * the certificate that they must find there.
 */
export type ScriptAddress = { url: string; host: string; token: string; cert?: string }

/** Leaves a new word for scripts in the desk's folder; the one before is no longer good. */
export function leaveScriptAddress(desk: Desk, folder: string, url: string, host: string, cert?: string): void {
  const token = randomBytes(32)
  desk.archive.setMeta("script.token", hash("sha256", token))
  const address: ScriptAddress = { url, host, token: token.toHex(), ...(cert !== undefined && { cert }) }
  writeDurably(join(folder, "api.json"), JSON.stringify(address))
}

/** No script but ours, no style but ours and React Aria's with this answer's nonce, no host but this desk. */
function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ")
}

type File = { bytes: Uint8Array<ArrayBuffer>; type: string }

/** All files of the screens, read once: a request's path is looked up among them and never reaches the disk. */
function screenFiles(): Map<string, File> {
  if (!existsSync(WEB_FOLDER)) return new Map()
  const names = readdirSync(WEB_FOLDER, { recursive: true, encoding: "utf8" }).filter((name) => extname(name) in TYPES)
  return new Map(
    names.map((name) => [
      `/${name.replaceAll("\\", "/")}`,
      { bytes: new Uint8Array(readFileSync(join(WEB_FOLDER, name))), type: TYPES[extname(name)] ?? "" },
    ]),
  )
}
