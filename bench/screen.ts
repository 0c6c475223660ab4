import { join } from "node:path"
import type { Page } from "playwright-core"
import { listenDesk } from "#desk/serve.ts"
import { buildWeb } from "../scripts/build-web.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { openBrowser, signIn, withoutBrowser } from "../test/journeys/browser.ts"
import { type Office, openOffice } from "../test/office.ts"
import { atMost, beside, type Figure, median, quantile } from "./figure.ts"
import { fillTo } from "./filling.ts"

const MESSAGES = 10_000
const TIMES = 15
const FRAMES = 240
const PIXELS = 240
/** A frame that takes longer is seen as a stutter. */
const STUTTER_MS = 50
const FROM = "secretariat"
const TO = "icrc"

/** The screen of a line with 10,000 messages in a browser: until its first page is painted, and while it scrolls. */
export async function measureScreen(): Promise<Figure[]> {
  if (withoutBrowser) throw new Error(withoutBrowser)
  await buildWeb()
  const quiet = { purpose: "quiet", members: [TO, FROM], proposer: FROM }
  await using office = await openOffice({ plan: { desks: [FROM, TO], witnesses: ["austria"], lines: [quiet] } })
  const line = await fill(office)
  const desk = office.desk(FROM)
  const server = await listenDesk(desk, "127.0.0.1", 0)
  const browser = await openBrowser()
  try {
    const address = server.address()
    if (!address || typeof address !== "object") throw new Error("the desk has no port")
    const link = `http://${FROM}.localhost:${address.port}/sign-in#${desk.officers.link("DO-1")}`
    const page = await signIn(browser, link, { language: "en" })
    // The inbox goes on fetching what waits for an answer; what is measured begins when it rests.
    await page.waitForLoadState("networkidle")
    const opened = []
    for (let i = 0; i < TIMES; i++) opened.push(await open(page, line))
    const still = await frames(page, 0)
    const scrolled = await frames(page, PIXELS)
    const how = `a line of ${MESSAGES} messages in Chromium on a real desk`
    return [
      atMost("lines.screen", median(opened), 100, {
        unit: "ms",
        how: `${how}: from following the link to its line until messages fill the window, median of ${TIMES}`,
      }),
      atMost("lines.screen.stutter", stutters(scrolled), 0.02, {
        unit: "of frames",
        how: `${how}: share of ${FRAMES} frames over ${STUTTER_MS} ms while it scrolls by ${PIXELS} pixels a frame and older messages come; without scrolling ${stutters(still)}`,
      }),
      beside("lines.screen.frame", quantile(scrolled, 0.95), {
        unit: "ms",
        how: `${how}: the 95th percentile of those frames; without scrolling ${quantile(still, 0.95).toFixed(1)}`,
      }),
    ]
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
  }
}

async function fill(office: Office): Promise<string> {
  const desk = office.desk(FROM)
  const line = desk.views.lines().find((l) => l.purpose === "secretariat")?.id ?? ""
  const filling = { office: desk.founded.office, line, by: FROM, to: TO, database: office.postgres.connectionOptions }
  for (const name of [FROM, TO]) await office.closeDesk(name)
  await office.closeRegistry()
  const archives = [FROM, TO].map((name) => ({
    path: join(programFolder(office.data, "desk", name), "desk.sqlite"),
    own: name === FROM,
  }))
  await fillTo(MESSAGES, filling, archives)
  await office.reopenRegistry()
  for (const name of [FROM, TO]) await office.reopenDesk(name)
  return line
}

/** Goes to the register's screen and from there to the line; answers milliseconds until its rows fill the window and are painted. */
function open(page: Page, line: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    const until = async (holds) => { while (!holds()) await frame() }
    document.querySelector('a[href="/register"]').click()
    await until(() => !document.querySelector("main .messages"))
    for (let i = 0; i < 20; i++) await frame()
    const began = performance.now()
    document.querySelector('a[href="/line/${line}"]').click()
    const rows = () => [...document.querySelectorAll("main .message-item")]
    await until(() => rows().some((row) => row.getBoundingClientRect().bottom >= innerHeight))
    await frame()
    return performance.now() - began
  })()`)
}

/** The milliseconds of each frame while the page scrolls by so many pixels in each. */
function frames(page: Page, pixels: number): Promise<number[]> {
  return page.evaluate<number[]>(`(async () => {
    scrollTo(0, 0)
    const took = []
    let last = await new Promise((done) => requestAnimationFrame(done))
    for (let i = 0; i < ${FRAMES}; i++) {
      scrollBy(0, ${pixels})
      const now = await new Promise((done) => requestAnimationFrame(done))
      took.push(now - last)
      last = now
    }
    return took
  })()`)
}

function stutters(frames: readonly number[]): number {
  return frames.filter((took) => took > STUTTER_MS).length / frames.length
}
