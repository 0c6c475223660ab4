import assert from "node:assert/strict"
import type { Server } from "node:http"
import { after, before, test } from "node:test"
import type { Browser, CDPSession, Page } from "playwright-core"
import { listenDesk } from "#desk/serve.ts"
import { buildWeb } from "../../scripts/build-web.ts"
import { type Office, openOffice, until } from "../office.ts"
import { assertScreen, type Language, type Look, openBrowser, press, withoutBrowser, word } from "./browser.ts"

let browser: Browser
let office: Office
let server: Server
let at = ""

before(async () => {
  if (withoutBrowser) return
  await buildWeb()
  const plan = { desks: ["secretariat", "ukraine"], witnesses: [], lines: [] }
  ;[browser, office] = await Promise.all([openBrowser(), openOffice({ plan, charter: { exercise: false } })])
  server = await listenDesk(office.desk("ukraine"), "127.0.0.1", 0)
  const address = server.address()
  at = typeof address === "object" && address ? `http://ukraine.localhost:${address.port}` : ""
})

after(async () => {
  await browser?.close()
  server?.close()
  server?.closeAllConnections()
  await office?.[Symbol.asyncDispose]()
})

/** A person at a screen of his own, with authenticators that are put in and pulled out by the debugger's door. */
type Person = {
  page: Page
  w(catalogue: string, id: string): string
  /** Puts an authenticator in: a platform's or a security key; answers its number. */
  plug(transport: "internal" | "usb"): Promise<string>
  unplug(authenticator: string): Promise<void>
}

async function person({ language, dark, width }: Look): Promise<Person> {
  const context = await browser.newContext({
    locale: language,
    colorScheme: dark ? "dark" : "light",
    viewport: { width: width ?? 1280, height: 900 },
    reducedMotion: "reduce",
  })
  const page = await context.newPage()
  page.on("pageerror", (error) => assert.fail(`the page threw: ${error.message}`))
  const cdp: CDPSession = await context.newCDPSession(page)
  await cdp.send("WebAuthn.enable")
  return {
    page,
    w: (catalogue, id) => word(language, catalogue, id),
    async plug(transport) {
      const options = {
        ...({ protocol: "ctap2", ctap2Version: "ctap2_1", transport } as const),
        ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      }
      return (await cdp.send("WebAuthn.addVirtualAuthenticator", { options })).authenticatorId
    },
    unplug: (authenticatorId) => cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }).then(() => {}),
  }
}

/** Comes by a link, registers a passkey, reads the policy and enters. */
async function enrol({ page, w }: Person, link: string): Promise<void> {
  await page.goto(link)
  await page.getByRole("heading", { name: w("officers", "enrol.title") }).waitFor()
  assert.equal(await page.getByRole("button", { name: w("desk", "sign-in.enter") }).count(), 0)
  await press(page, page.getByRole("button", { name: w("officers", "passkey.add") }))
  await page.getByRole("button", { name: w("desk", "sign-in.enter") }).waitFor()
  await page.keyboard.press("Enter")
  await page.getByRole("heading", { name: w("lines", "inbox.title") }).waitFor()
}

async function signOut({ page, w }: Person): Promise<void> {
  await press(page, page.getByRole("button", { name: w("desk", "sign-out") }))
  await page.getByRole("button", { name: w("officers", "sign-in.passkey") }).waitFor()
}

async function comeBack({ page, w }: Person): Promise<void> {
  await press(page, page.getByRole("button", { name: w("officers", "sign-in.passkey") }))
  await page.getByRole("heading", { name: w("lines", "inbox.title") }).waitFor()
}

/** The head invites by the screen; answers the link that is shown once. */
async function invite({ page, w }: Person, name: string): Promise<string> {
  await page.goto(`${at}/officers`)
  await page.getByLabel(w("officers", "invite.name"), { exact: true }).fill(name)
  await press(page, page.getByRole("button", { name: w("officers", "invite.make") }))
  await page.getByText(name, { exact: true }).waitFor()
  return (await page.locator(".link-word code").textContent()) ?? ""
}

const LOOKS: Record<"head" | "second" | "third", Look> = {
  head: { language: "en" satisfies Language },
  second: { language: "uk", dark: true },
  third: { language: "ru", width: 360 },
}

test("an officer is invited, registers two passkeys, comes back by either, and after losing both by two others", {
  skip: withoutBrowser,
}, async () => {
  const [head, second, third] = [await person(LOOKS.head), await person(LOOKS.second), await person(LOOKS.third)]
  for (const one of [head, third]) await one.plug("internal")
  const platform = await second.plug("internal")
  await enrol(head, `${at}/sign-in#${office.desk("ukraine").officers.link("DO-1")}`)
  await enrol(second, await invite(head, "Другий"))
  await enrol(third, await invite(head, "Третий"))
  await assertScreen(head.page, "officers")

  await second.page.goto(`${at}/me`)
  await second.unplug(platform)
  const key = await second.plug("usb")
  await second.page.getByLabel(second.w("officers", "passkey.name"), { exact: true }).fill("Апаратний ключ")
  await press(second.page, second.page.getByRole("button", { name: second.w("officers", "passkey.add"), exact: true }))
  await second.page.getByText("Апаратний ключ", { exact: true }).waitFor()
  await assertScreen(second.page, "own sign-in")
  await signOut(second)
  await comeBack(second)

  // Both are lost: without any, the browser has nothing to show.
  await signOut(second)
  await second.unplug(key)
  await third.page.goto(`${at}/officers`)
  const asking = third.w("officers", "recovery.ask-name").replace("{name}", "Другий")
  await press(third.page, third.page.getByRole("button", { name: asking }))
  await third.page.getByText(third.w("officers", "recovery.asked").replace("{name}", "Третий")).waitFor()
  await assertScreen(third.page, "officers, narrow")
  await head.page.goto(`${at}/officers`)
  const release = head.w("officers", "recovery.release-name").replace("{name}", "Другий")
  await press(head.page, head.page.getByRole("button", { name: release }))
  const link = (await head.page.locator(".link-word code").textContent()) ?? ""
  await second.plug("internal")
  await enrol(second, link)
  await signOut(second)
  await comeBack(second)
})

test("what one officer writes another releases by his passkey, and whose access the head ends is out at once", {
  skip: withoutBrowser,
}, async () => {
  const desk = office.desk("ukraine")
  await until(desk, "the line with the secretariat is open", () => desk.views.lines()[0]?.open === true)
  const line = desk.views.lines()[0]?.id ?? assert.fail("no line")
  desk.archive.setMeta("release.policy", JSON.stringify(["message.sent"]))
  const [head, writer, second] = [await person(LOOKS.head), await person(LOOKS.second), await person(LOOKS.third)]
  for (const one of [head, writer, second]) await one.plug("internal")
  // The head of before has no passkey in this browser: whoever runs the machine gives him a link.
  await enrol(head, `${at}/sign-in#${desk.officers.link("DO-1")}`)
  await enrol(writer, await invite(head, "Автор"))
  await enrol(second, await invite(head, "Второй читатель"))

  await writer.page.goto(`${at}/compose?line=${line}`)
  await writer.page.getByLabel(writer.w("lines", "compose.subject"), { exact: true }).fill("Заява")
  await writer.page.getByLabel(writer.w("lines", "compose.body"), { exact: true }).fill("Слова, які читає другий.")
  await press(writer.page, writer.page.getByRole("button", { name: writer.w("lines", "compose.send"), exact: true }))
  await writer.page.getByRole("heading", { level: 1, name: writer.w("officers", "release.title") }).waitFor()
  await writer.page.getByText(writer.w("officers", "release.own-hint")).waitFor()
  assert.equal(
    await writer.page.getByRole("button", { name: writer.w("officers", "release.release"), exact: true }).count(),
    0,
  )

  await second.page.goto(`${at}/releases`)
  await second.page.getByText("Слова, які читає другий.").waitFor()
  await assertScreen(second.page, "releases, narrow")
  const release = second.page.getByRole("button", { name: second.w("officers", "release.release"), exact: true })
  await press(second.page, release)
  await second.page.getByText(second.w("officers", "release.released").replace("{name}", "Второй читатель")).waitFor()
  assert.equal(desk.archive.sql.get`SELECT state FROM held_act`?.state, "released")

  await head.page.goto(`${at}/officers`)
  const change = head.w("officers", "officers.change-name").replace("{name}", "Автор")
  await press(head.page, head.page.getByRole("button", { name: change }))
  const dialog = head.page.getByRole("dialog")
  await press(head.page, dialog.getByRole("button", { name: head.w("officers", "officers.end"), exact: true }))
  await dialog.getByText(head.w("officers", "officers.end-meaning")).waitFor()
  await press(head.page, dialog.getByRole("button", { name: head.w("officers", "officers.end"), exact: true }))
  // He is told by being back at the door; what he wrote has gone out.
  await writer.page.getByRole("button", { name: writer.w("officers", "sign-in.passkey") }).waitFor()
  await head.page.goto(`${at}/audit`)
  await head.page.getByText(head.w("officers", "audited.officer.ended"), { exact: true }).first().waitFor()
  await assertScreen(head.page, "audit log")
})
