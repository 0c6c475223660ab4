import assert from "node:assert/strict"
import { test } from "node:test"
import { crc32, deflateRawSync, deflateSync, inflateRawSync, inflateSync } from "node:zlib"
import fc from "fast-check"
import { withoutMetadata as cleaned } from "./metadata.ts"

/** As a desk unpacks: never beyond what the archive claims. */
async function inflate(deflated: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  try {
    return inflateRawSync(deflated, { maxOutputLength: Math.max(1, most) })
  } catch {
    return undefined
  }
}
const clean = (bytes: Uint8Array, type = "") => cleaned(type, bytes, inflate)

async function cleanOrFail(bytes: Uint8Array, type?: string): Promise<Buffer> {
  const answer = await clean(bytes, type)
  return answer === "cannot" ? assert.fail("it cannot be cleaned") : Buffer.from(answer)
}

// JPEG

const segment = (marker: number, data: Uint8Array) =>
  Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 0xff]), data])
const SOI = Buffer.from([0xff, 0xd8])
const EOI = Buffer.from([0xff, 0xd9])
const JFIF = Buffer.from("JFIF\0\x01\x02\x01\x00\x48\x00\x48", "latin1")
const TABLES = [
  segment(0xdb, Buffer.alloc(65, 3)),
  segment(0xc2, Buffer.alloc(15, 2)),
  segment(0xc4, Buffer.alloc(30, 1)),
]
const scan = (seed: number) =>
  Buffer.concat([segment(0xda, Buffer.alloc(8, 1)), Buffer.from([seed, 0xff, 0, 7, 0xff, 0xd3, 9, 0xff, 0xff, 0, 8])])
const PICTURE = Buffer.concat([...TABLES, scan(1), segment(0xc4, Buffer.alloc(30, 4)), scan(2)])

function tiff(orientation: number, secret: string): Buffer {
  const entry = Buffer.from([0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0])
  const ifd = Buffer.concat([Buffer.from([1, 0]), entry, Buffer.alloc(4), Buffer.from(secret)])
  return Buffer.concat([Buffer.from("II*\0\x08\0\0\0", "latin1"), ifd])
}

test("a photograph loses its author, place, device, thumbnail and whatever stands behind it, and no pixel", async () => {
  const dirty = Buffer.concat([
    SOI,
    segment(0xe0, Buffer.concat([JFIF, Buffer.from([1, 1]), Buffer.from("rgb")])),
    segment(0xe0, Buffer.from("JFXX\0thumbnail-secret")),
    segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff(1, "GPS-secret")])),
    segment(0xe1, Buffer.from("http://ns.adobe.com/xap/1.0/\0xmp-secret")),
    segment(0xe2, Buffer.from("ICC_PROFILE\0\x01\x01device-secret")),
    segment(0xed, Buffer.from("Photoshop 3.0\0iptc-secret")),
    segment(0xee, Buffer.from("Adobe\0\x64\0\0\0\0\x01", "latin1")),
    segment(0xfe, Buffer.from("comment-secret")),
    PICTURE,
    EOI,
    Buffer.from("video-secret"),
  ])
  const expected = Buffer.concat([
    SOI,
    segment(0xe0, Buffer.concat([JFIF, Buffer.from([0, 0])])),
    segment(0xee, Buffer.from("Adobe\0\x64\0\0\0\0\x01", "latin1")),
    PICTURE,
    EOI,
  ])
  assert.deepEqual(await cleanOrFail(dirty, "text/plain"), expected)
  assert.deepEqual(await cleanOrFail(expected), expected)
})

test("of a photograph that lies on its side that is all that stays", async () => {
  const exif = segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff(6, "GPS-secret")]))
  const upright = await cleanOrFail(Buffer.concat([SOI, exif, PICTURE, EOI]))
  assert.equal(upright.includes("secret"), false)
  assert.equal(upright.subarray(6, 12).toString("latin1"), "Exif\0\0")
  assert.equal(upright.readUInt16BE(12 + 8 + 2 + 8), 6)
  assert.deepEqual(await cleanOrFail(upright), upright)
})

// PNG

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
const PNG = Buffer.from("\x89PNG\r\n\x1a\n", "latin1")
const IHDR = chunk("IHDR", Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]))
const IDAT = chunk("IDAT", deflateSync(Buffer.from([0, 1, 2, 3])))
const IEND = chunk("IEND", Buffer.alloc(0))

test("a screenshot loses texts, times, profiles, private chunks and whatever stands behind it", async () => {
  const secrets = ["tEXt", "zTXt", "iTXt", "tIME", "iCCP", "pHYs", "prVW", "caBX"].map((t) =>
    chunk(t, Buffer.from("secret")),
  )
  const dirty = Buffer.concat([
    PNG,
    IHDR,
    ...secrets,
    chunk("gAMA", Buffer.alloc(4)),
    IDAT,
    ...secrets,
    IEND,
    Buffer.from("secret"),
  ])
  assert.deepEqual(await cleanOrFail(dirty), Buffer.concat([PNG, IHDR, chunk("gAMA", Buffer.alloc(4)), IDAT, IEND]))
  const turned = await cleanOrFail(Buffer.concat([PNG, IHDR, chunk("eXIf", tiff(8, "secret")), IDAT, IEND]))
  assert.equal(turned.includes("secret"), false)
  assert.ok(turned.includes("eXIf"))
  assert.equal(await clean(Buffer.concat([PNG, IHDR, chunk("SECR", Buffer.from("secret")), IDAT, IEND])), "cannot")
})

// WebP

function riff(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(type), length, data, Buffer.alloc(data.length % 2)])
}
const webp = (...chunks: Buffer[]) => riff("RIFF", Buffer.concat([Buffer.from("WEBP"), ...chunks]))
const extended = (flags: number) => riff("VP8X", Buffer.from([flags, 0, 0, 0, 1, 0, 0, 1, 0, 0]))

test("a WebP picture loses EXIF, XMP, profile and unknown chunks, and no longer says that it has them", async () => {
  const picture = [riff("ALPH", Buffer.from("abc")), riff("VP8 ", Buffer.from("picture"))]
  const secrets = ["EXIF", "XMP ", "ICCP", "what"].map((type) => riff(type, Buffer.from("secret")))
  assert.deepEqual(await cleanOrFail(webp(extended(0x3c), ...secrets, ...picture)), webp(extended(0x10), ...picture))
  const turned = await cleanOrFail(webp(extended(0x2c), ...picture, riff("EXIF", tiff(3, "secret"))))
  assert.equal(turned.includes("secret"), false)
  assert.equal(turned[20], 0x08)
  const frame = (inner: Buffer) => riff("ANMF", Buffer.concat([Buffer.alloc(16), inner]))
  assert.ok(await cleanOrFail(webp(extended(2), riff("ANIM", Buffer.alloc(6)), frame(picture[1] ?? Buffer.alloc(0)))))
  assert.equal(await clean(webp(extended(2), frame(riff("XMP ", Buffer.from("secret"))))), "cannot")
})

// Documents

type Packed = { name: string; data: Buffer; method?: number; flags?: number; size?: number; crc?: number }

/** A zip as office programs write it: times, extra fields, comments. */
function zip(entries: readonly Packed[], comment = "zip-secret"): Buffer {
  const [local, central]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const { name, data, method = 8, flags = 0, size = data.length, crc = crc32(data) } of entries) {
    const packed = method === 8 ? deflateRawSync(data) : data
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(flags, 2)
    head.writeUInt16LE(method, 4)
    head.writeUInt32LE(0x5a4b3c2d, 6)
    head.writeUInt32LE(crc, 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(size, 18)
    head.writeUInt16LE(Buffer.byteLength(name), 22)
    head.writeUInt16LE(10, 24)
    const named = Buffer.concat([Buffer.from(name), Buffer.from("UT\x06\0secret", "latin1")])
    const one = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), head, named, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03", "latin1"), head, rest, named]))
    local.push(one)
    at += one.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  end.writeUInt16LE(comment.length, 16)
  return Buffer.concat([...local, directory, Buffer.from("PK\x05\x06", "latin1"), end, Buffer.from(comment)])
}

/** Entries of a zip by its local heads, in their order, unpacked. */
function unzip(bytes: Buffer): Map<string, string> {
  const found = new Map<string, string>()
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50; ) {
    const [method, packed] = [bytes.readUInt16LE(at + 8), bytes.readUInt32LE(at + 18)]
    const [named, extra] = [bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28)]
    const from = at + 30 + named + extra
    const data = bytes.subarray(from, from + packed)
    const name = bytes.subarray(at + 30, at + 30 + named).toString()
    found.set(name, (method === 8 ? inflateRawSync(data) : data).toString())
    at = from + packed
  }
  return found
}

const entry = (name: string, data: string | Buffer): Packed => ({ name, data: Buffer.from(data) })
const RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
const PHOTO = Buffer.concat([SOI, segment(0xfe, Buffer.from("photo-secret")), PICTURE, EOI])

test("a Word document keeps its words and loses who wrote, changed and commented it, when, where and with what", async () => {
  const document = zip([
    entry(
      "[Content_Types].xml",
      '<Types><Default Extension="xml"/><Override PartName="/docProps/custom.xml"/><Override PartName="/word/document.xml"/></Types>',
    ),
    entry(
      "_rels/.rels",
      `<Relationships xmlns="${RELS}"><Relationship Id="1" Target="word/document.xml" Type="x/officeDocument"/><Relationship Id="2" Target="docProps/custom.xml" Type="x"/><Relationship Id="3" Type="x/thumbnail" Target="docProps/thumbnail.jpeg"/></Relationships>`,
    ),
    entry("docProps/core.xml", "<cp:coreProperties><dc:creator>secret</dc:creator></cp:coreProperties>"),
    entry("docProps/app.xml", "<Properties><Company>secret</Company></Properties>"),
    entry("docProps/custom.xml", "<Properties>secret</Properties>"),
    entry("docProps/thumbnail.jpeg", PHOTO),
    entry("customXml/item1.xml", "<secret/>"),
    entry("word/people.xml", '<w15:person w15:author="secret"/>'),
    entry(
      "word/document.xml",
      '<w:document><w:p w:rsidR="00SECRET"><w:ins w:id="1" w:author="secret" w:date="2027-01-01T00:00:00Z"><w:t w:id="2">The author said: a &lt; b</w:t></w:ins><wp:docPr id="1" descr="C:\\Users\\secret\\photo.jpg"/></w:p></w:document>',
    ),
    entry("word/comments.xml", '<w:comment w:author="secret" w:initials="sc" w:date="2027">note</w:comment>'),
    entry(
      "word/settings.xml",
      '<w:settings><w:attachedTemplate r:id="rId1"/><w:rsids><w:rsidRoot w:val="secret"/><w:rsid w:val="secret"/></w:rsids><w:zoom w:percent="100"/></w:settings>',
    ),
    entry(
      "word/_rels/settings.xml.rels",
      `<Relationships xmlns="${RELS}"><Relationship Id="rId1" Type="x/attachedTemplate" Target="file:///C:/Users/secret/a.dotx" TargetMode="External"/></Relationships>`,
    ),
    entry(
      "word/_rels/document.xml.rels",
      `<Relationships xmlns="${RELS}"><Relationship Id="1" Target="../customXml/item1.xml" Type="x"/><Relationship Id="2" Target="media/image1.jpeg" Type="x"/></Relationships>`,
    ),
    entry("word/media/image1.jpeg", PHOTO),
  ])
  const bytes = await cleanOrFail(document)
  assert.equal(bytes.includes("secret"), false)
  assert.equal(bytes.includes(Buffer.from([0x2d, 0x3c, 0x4b, 0x5a])), false, "no time of packing")
  const found = unzip(bytes)
  assert.deepEqual(
    [...found.values()].filter((text) => /secret/i.test(text)),
    [],
  )
  assert.ok(found.get("word/document.xml")?.includes('<w:t w:id="2">The author said: a &lt; b</w:t>'))
  assert.ok(found.get("word/document.xml")?.includes('<w:ins w:id="1" w:author="-">'))
  assert.equal(found.get("word/comments.xml"), '<w:comment w:author="-" w:initials="-">note</w:comment>')
  assert.ok(found.get("word/settings.xml")?.includes('<w:zoom w:percent="100"/>'))
  assert.equal([...(found.get("word/_rels/document.xml.rels") ?? "").matchAll(/<Relationship /g)].length, 1)
  assert.equal([...(found.get("_rels/.rels") ?? "").matchAll(/<Relationship /g)].length, 1)
  assert.deepEqual(await cleanOrFail(bytes), bytes)
})

test("a workbook and a presentation lose the authors of their comments, and paths of somebody's machine", async () => {
  const found = unzip(
    await cleanOrFail(
      zip([
        entry("[Content_Types].xml", "<Types/>"),
        entry(
          "xl/workbook.xml",
          '<workbook><x15ac:absPath url="C:\\secret\\"/><fileSharing userName="secret"/><sheets/></workbook>',
        ),
        entry("xl/comments1.xml", "<comments><authors><author>secret</author></authors><text>author</text></comments>"),
        entry("xl/persons/person.xml", '<person displayName="secret" userId="secret" providerId="AD" id="{1}"/>'),
        entry(
          "xl/threadedComments/t.xml",
          '<threadedComment dT="2027-01-01" personId="{1}"><text>kept</text></threadedComment>',
        ),
        entry(
          "xl/worksheets/sheet1.xml",
          '<worksheet><c><v>1</v></c><pageSetup paperSize="9" r:id="rId1"/></worksheet>',
        ),
        entry(
          "xl/worksheets/_rels/sheet1.xml.rels",
          `<Relationships><Relationship Id="rId1" Target="../printerSettings/p1.bin"/></Relationships>`,
        ),
        entry("xl/printerSettings/p1.bin", "secret"),
        entry("ppt/commentAuthors.xml", '<p:cmAuthor id="0" name="secret" initials="secret"/>'),
      ]),
    ),
  )
  assert.deepEqual(
    [...found.values()].filter((text) => text.includes("secret")),
    [],
  )
  assert.equal(
    found.get("xl/worksheets/sheet1.xml"),
    '<worksheet><c><v>1</v></c><pageSetup paperSize="9"/></worksheet>',
  )
  assert.equal(found.has("xl/printerSettings/p1.bin"), false)
  assert.ok(found.get("xl/threadedComments/t.xml")?.includes("<text>kept</text>"))
})

test("an OpenDocument text keeps its words, its first entry and no name", async () => {
  const bytes = await cleanOrFail(
    zip([
      { ...entry("mimetype", "application/vnd.oasis.opendocument.text"), method: 0 },
      entry("meta.xml", "<office:meta><meta:initial-creator>secret</meta:initial-creator></office:meta>"),
      entry("settings.xml", '<config:config-item config:name="PrinterName">secret</config:config-item>'),
      entry(
        "content.xml",
        "<office:text><office:annotation><dc:creator>secret</dc:creator><dc:date>2027-05-05</dc:date><text:p>note</text:p></office:annotation><text:p>secretariat</text:p></office:text>",
      ),
      entry("Thumbnails/thumbnail.png", "secret"),
      entry(
        "META-INF/manifest.xml",
        '<manifest:manifest><manifest:file-entry manifest:full-path="/"/><manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png"/></manifest:manifest>',
      ),
    ]),
  )
  const found = unzip(bytes)
  assert.equal([...found.keys()][0], "mimetype")
  assert.equal(bytes.readUInt16LE(8), 0)
  assert.ok(found.get("content.xml")?.includes("<dc:creator>-</dc:creator><dc:date>2000-01-01T00:00:00</dc:date>"))
  assert.ok(found.get("content.xml")?.includes("<text:p>secretariat</text:p>"))
  assert.deepEqual(
    [...found.values()].filter((text) => /secret(?!ariat)/.test(text)),
    [],
  )
})

test("a document with a program, a signature or another document in it cannot be cleaned", async () => {
  const types = entry("[Content_Types].xml", "<Types/>")
  for (const name of [
    "word/vbaProject.bin",
    "word/embeddings/a.xlsx",
    "_xmlsignatures/sig1.xml",
    "word/media/a.emf",
    "word/a",
  ])
    assert.equal(await clean(zip([types, entry(name, "x")])), "cannot", name)
  const odt = [
    { ...entry("mimetype", "application/vnd.oasis.opendocument.text"), method: 0 },
    entry("content.xml", "<a/>"),
  ]
  for (const name of ["META-INF/documentsignatures.xml", "Basic/Standard/script.xml", "Object 1"])
    assert.equal(await clean(zip([...odt, entry(name, "x")])), "cannot", name)
})

// Attacks

test("a bomb is not unpacked", async () => {
  const types = entry("[Content_Types].xml", "<Types/>")
  const zeros = Buffer.alloc(6 << 20, 0x20)
  assert.equal(await clean(zip([types, entry("word/document.xml", zeros)])), "cannot", "too large inside")
  const liar = { ...entry("word/document.xml", zeros), size: 1000, crc: 0 }
  assert.equal(await clean(zip([types, liar])), "cannot", "larger than it claims")
  const many = Array.from({ length: 5000 }, (_, i) => entry(`word/a${i}.xml`, "<a/>"))
  assert.equal(await clean(zip([types, ...many])), "cannot", "too many entries")
  assert.equal(await clean(zip([types, types])), "cannot", "one name twice")
  assert.equal(await clean(zip([types, { ...entry("word/a.xml", "<a/>"), flags: 1 }])), "cannot", "encrypted")
  for (const name of ["../a.xml", "/a.xml", "a\\b.xml"])
    assert.equal(await clean(zip([types, entry(name, "<a/>")])), "cannot")
})

test("entries that share their bytes are not unpacked", async () => {
  const good = zip(
    [entry("[Content_Types].xml", "<Types/>"), entry("word/aa.xml", "<a/>"), entry("word/ab.xml", "<a/>")],
    "",
  )
  const overlapping = Buffer.from(good)
  const first = overlapping.indexOf("word/aa.xml", overlapping.indexOf("PK\x01\x02", 0, "latin1"))
  const second = overlapping.indexOf("word/ab.xml", first)
  overlapping.write("word/aa.xml", second)
  overlapping.copy(overlapping, second - 4, first - 4, first)
  assert.notEqual(await clean(good), "cannot")
  assert.equal(await clean(overlapping), "cannot")
})

test("a text that was made to be read for hours is gone through once", async () => {
  const types = entry("[Content_Types].xml", "<Types/>")
  const endless = [
    '<w:ins w:date="',
    "<w:rsids>",
    "<author>",
    "<a b='",
    '<Relationship Target="',
    " x:author=".repeat(9),
  ]
  for (const piece of endless) {
    // Deflated, these would be bombs; stored, they are only long.
    const stored = { ...entry("word/document.xml", piece.repeat(Math.floor((3 << 20) / piece.length))), method: 0 }
    assert.ok((await cleanOrFail(zip([types, stored]))).length > 3 << 19)
  }
})

test("what is no picture, document or plain text cannot be cleaned, and neither can a damaged one", async () => {
  for (const start of ["%PDF-1.7", "GIF89a", "BM", "\0\0\0\x18ftypheic", "II*\0", "PK\x03\x04", "<svg/>", ""])
    assert.equal(await clean(Buffer.from(start, "latin1"), "application/pdf"), "cannot", start)
  assert.deepEqual(await cleanOrFail(Buffer.from("a;b\r\n1;ї\n"), "text/csv"), Buffer.from("a;b\r\n1;ї\n"))
  assert.equal(
    await clean(Buffer.from("\x7fELF\x02\x01\0\0", "latin1"), "text/plain"),
    "cannot",
    "not what it is called",
  )
  const whole = [
    Buffer.concat([SOI, PICTURE, EOI]),
    Buffer.concat([PNG, IHDR, IDAT, IEND]),
    webp(riff("VP8 ", Buffer.from("picture"))),
    zip([entry("[Content_Types].xml", "<Types/>")]),
  ]
  for (const bytes of whole) {
    await cleanOrFail(bytes)
    for (let length = 1; length < bytes.length; length++)
      assert.equal(await clean(bytes.subarray(0, length)), "cannot", `${length} of ${bytes.length}`)
  }
})

test("whatever bytes come, cleaning answers, and what it answers is clean already", async () => {
  const starts = fc.constantFrom(
    SOI,
    PNG,
    webp(extended(0x3c)),
    zip([entry("[Content_Types].xml", "<Types/>")]),
    Buffer.alloc(0),
  )
  const bytes = fc.tuple(starts, fc.uint8Array({ maxLength: 400 }), fc.nat(60), fc.nat(255))
  await fc.assert(
    fc.asyncProperty(bytes, async ([start, rest, at, value]) => {
      const all = Buffer.concat([start, rest])
      if (at < all.length) all[at] = value
      const answer = await clean(all)
      if (answer !== "cannot") assert.deepEqual(await clean(answer), new Uint8Array(answer))
    }),
  )
})

test("a PNG that was cleaned is still the same picture", async () => {
  const bytes = await cleanOrFail(Buffer.concat([PNG, IHDR, chunk("tEXt", Buffer.from("secret")), IDAT, IEND]))
  const at = bytes.indexOf("IDAT")
  assert.deepEqual(inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4))), Buffer.from([0, 1, 2, 3]))
})
