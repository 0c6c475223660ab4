import assert from "node:assert/strict"
import type { Server } from "node:http"
import type { Browser, Page } from "playwright-core"
import { listenDesk } from "#desk/serve.ts"
import { buildWeb } from "../../scripts/build-web.ts"
import { type Office, type OfficeOptions, openOffice } from "../office.ts"
import { type Language, type Look, openBrowser, signIn, tabTo, word } from "./browser.ts"

/** Three officers who look at the same office in three languages: light and wide, dark, narrow. */
const LOOKS = {
  secretariat: { language: "en" },
  ukraine: { language: "uk", dark: true },
  "russian-federation": { language: "ru", width: 360 },
} satisfies Record<string, Look>
export type Name = keyof typeof LOOKS
export const NAMES: readonly Name[] = ["secretariat", "ukraine", "russian-federation"]

/** An officer at a screen. */
export type Seat = {
  page: Page
  language: Language
  w(catalogue: string, id: string): string
  open(path: string): Promise<unknown>
}

/** A real office with its three officers signed in. */
export type Seats = {
  readonly office: Office
  at(name: Name): Seat
  /** How a delegation is called on the screens of a language. */
  nameOf(delegation: string, language: Language): string
  /** Closes the officer's browser and signs in with a new one. */
  signInAnew(name: Name): Promise<Page>
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens an office, and a browser for each of its three officers once `opened` has been done with it. */
export async function openSeats(options: OfficeOptions = {}, opened: () => void = () => undefined): Promise<Seats> {
  await buildWeb()
  const [browser, office] = await Promise.all([openBrowser(), openOffice(options)])
  opened()
  const servers: Server[] = []
  const places = new Map<Name, { address: string; page: Page }>()
  for (const name of NAMES) {
    const server = await listenDesk(office.desk(name), "127.0.0.1", 0)
    servers.push(server)
    const bound = server.address()
    assert.ok(bound && typeof bound === "object")
    const address = `http://${name}.localhost:${bound.port}`
    places.set(name, { address, page: await enter(browser, office, name, address) })
  }
  const placeOf = (name: Name) => places.get(name) ?? assert.fail(`no page of ${name}`)
  return {
    office,
    at(name) {
      const { address, page } = placeOf(name)
      const { language } = LOOKS[name]
      return {
        ...{ page, language, w: (catalogue, id) => word(language, catalogue, id) },
        open: (path) => page.goto(`${address}${path}`),
      }
    },
    nameOf(delegation, language) {
      const { delegations } = office.desk("secretariat").founded.charter
      return delegations.find((d) => d.name === delegation)?.names[language] ?? assert.fail("not in the charter")
    },
    async signInAnew(name) {
      const { address, page } = placeOf(name)
      await page.context().close()
      const entered = await enter(browser, office, name, address)
      places.set(name, { address, page: entered })
      return entered
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
      await office[Symbol.asyncDispose]()
    },
  }
}

function enter(browser: Browser, office: Office, name: Name, address: string): Promise<Page> {
  return signIn(browser, `${address}/sign-in#${office.desk(name).officers.link("DO-1")}`, LOOKS[name])
}

/** Fills the field of this name by keyboard, whatever it held. */
export async function fill({ page }: Seat, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }))
  await page.keyboard.press("ControlOrMeta+a")
  await page.keyboard.insertText(text)
}
