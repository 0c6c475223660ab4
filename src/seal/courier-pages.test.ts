import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { rejection, runs } from "#register/fixture.test.ts"
import { orRefused } from "./arbitrary.test.ts"
import { collectPages, formatPages, MOST_PAGES, PAGE_BYTES, parsePage } from "./courier-pages.ts"
import { nodeCrypto } from "./node/crypto.ts"

const pagesOf = (whole: Uint8Array) => formatPages(nodeCrypto, whole) ?? assert.fail("too long for pages")
const collect = (texts: readonly string[]) => collectPages(nodeCrypto, texts.map(parsePage))
const whole = Uint8Array.from({ length: 3 * PAGE_BYTES + 10 }, (_, i) => (i * 7919) >> 3)

test("pages make the whole again, in any order and read twice", () => {
  const property = fc.property(
    fc.uint8Array({ minLength: 1, maxLength: 4 * PAGE_BYTES }),
    fc.infiniteStream(fc.nat(10)),
    (bytes, order) => {
      const pages = pagesOf(bytes)
      const shuffled = pages.map((page) => ({ page, at: order.next().value ?? 0 })).sort((a, b) => a.at - b.at)
      const [collected, ...others] = collect([...shuffled.map(({ page }) => page), pages[0] ?? ""])
      assert.deepEqual(others, [])
      assert.deepEqual(collected?.whole, bytes)
    },
  )
  fc.assert(property, runs(40))
})

test("a lost page is named by its number", () => {
  const [one = "", , three = ""] = pagesOf(whole)
  assert.deepEqual(collect([three, one])[0]?.missing, [2, 4])
  assert.equal(collect([three, one])[0]?.whole, undefined)
})

test("pages of two files are kept apart", () => {
  const other = pagesOf(whole.subarray(1))
  const collected = collect([...pagesOf(whole), other[1] ?? ""])
  assert.deepEqual(
    collected.map(({ missing }) => missing),
    [[], [1, 3, 4]],
  )
})

test("a page that was altered makes no whole", () => {
  const pages = pagesOf(whole)
  const altered = (pages[1] ?? "").replace(/.$/, (sign) => (sign === "A" ? "B" : "A"))
  const [collected] = collect([pages[0] ?? "", altered, pages[2] ?? "", pages[3] ?? ""])
  assert.equal(collected?.whole, undefined)
})

test("what is too long for paper is said so, and so is nothing at all", () => {
  assert.equal(formatPages(nodeCrypto, new Uint8Array(MOST_PAGES * PAGE_BYTES + 1)), undefined)
  assert.equal(formatPages(nodeCrypto, new Uint8Array()), undefined)
  assert.equal(pagesOf(new Uint8Array(MOST_PAGES * PAGE_BYTES)).length, MOST_PAGES)
})

test("a page holds signs of QR's alphanumeric mode only, as many as version 30 takes at level M", () => {
  for (const page of pagesOf(new Uint8Array(MOST_PAGES * PAGE_BYTES))) {
    assert.match(page, /^[0-9A-Z $%*+./:-]*$/)
    assert.ok(page.length <= 1990)
  }
})

test("a text that is no page is refused, whatever number of pages it claims", () => {
  const [page = ""] = pagesOf(whole)
  for (const text of [
    "",
    "https://example.org/",
    page.replace(":1/4:", ":5/4:"),
    page.replace(":1/4:", ":0/4:"),
    page.replace(":1/4:", ":1/99:"),
    page.replace(":1/4:", ":1/9999999:"),
    page.slice(0, -2),
    page.toLowerCase(),
    page.replace("/1:", "/2:"),
  ])
    assert.throws(() => parsePage(text), rejection("courier.page"), text.slice(0, 90))
  fc.assert(
    fc.property(fc.string(), (text) => void orRefused(() => parsePage(`IOD.COURIER/1:${text}`))),
    runs(200),
  )
})
