import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Program, pause, saying, startProgram } from "../scripts/crash-program.ts"

const IOD = fileURLToPath(new URL("../src/cli/iod.ts", import.meta.url))
const execute = promisify(execFile)

async function iod(...args: string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [IOD, ...args])
  return stdout
}

const FOUNDERS = ["secretariat", "switzerland", "austria"]
const WITNESSES = ["austria", "ireland", "singapore"]
const RUNNING = ["secretariat", "switzerland"]

type Place = { home: string; in(...path: string[]): string }

/** Everybody makes keys of their own, and brings what is public of them. */
async function bring({ in: at }: Place): Promise<string[]> {
  writeFileSync(at("passphrase.txt"), "correct horse battery staple\n")
  const secret = ["--passphrase-file", at("passphrase.txt")]
  await Promise.all([
    iod("registry", "new", "--origin", "register.iod.example/2027", "--folder", at("registry")),
    ...WITNESSES.map((name) =>
      iod("witness", "new", "--name", `${name}.witness.example`, "--folder", at("witness", name)),
    ),
    ...FOUNDERS.map(async (name) => {
      await iod("root", "new", "--delegation", name, "--folder", at("root", name), ...secret)
      await iod("desk", "new", "--delegation", name, "--folder", at("desk", name))
    }),
  ])
  return secret
}

/** The ceremony by the commands: draft, a signature of each founder, close. */
async function found(place: Place): Promise<void> {
  const { in: at } = place
  const secret = await bring(place)
  const roots = FOUNDERS.flatMap((name) => ["--root", at("root", name, "root.json")])
  const witnesses = WITNESSES.flatMap((name) => ["--witness", `${name}=${at("witness", name, "witness.json")}`])
  const registry = ["--registry", at("registry", "registry.json")]
  await assert.rejects(
    iod(
      "found",
      "draft",
      ...roots,
      ...registry,
      "--witness",
      `ukraine=${at("witness", "ireland", "witness.json")}`,
      "--to",
      at("x"),
    ),
    /no party's witness/,
  )
  const said = await iod("found", "draft", ...roots, ...registry, ...witnesses, "--to", at("draft"))
  assert.match(said, /2 of 3 states must cosign: that bears 1 dark and 0 lying/)
  const charter = at("draft", "charter.json")
  mkdirSync(at("signed"))
  await Promise.all(
    FOUNDERS.map(async (name) => {
      const files = ["--request", at("desk", name, "desk-key-request.json"), "--to", at("signed", `${name}.json`)]
      await iod(
        "found",
        "sign",
        "--charter",
        charter,
        "--folder",
        at("root", name),
        "--language",
        "en",
        "--text-only",
        ...secret,
        ...files,
      )
    }),
  )
  const signed = FOUNDERS.flatMap((name) => ["--signed", at("signed", `${name}.json`)])
  await assert.rejects(
    iod("found", "close", "--charter", charter, ...signed.slice(2), "--to", at("closed")),
    /have not signed: secretariat/,
  )
  await iod("found", "close", "--charter", charter, ...signed, "--text-only", "--to", at("closed"))
  for (const folder of [at("registry"), ...WITNESSES.map((name) => at("witness", name))])
    copyFileSync(at("closed", "charter.json"), join(folder, "charter.json"))
  for (const name of FOUNDERS)
    for (const file of ["charter.json", "accession.json"])
      copyFileSync(at("closed", "desk", name, file), at("desk", name, file))
}

/** Repeats a command until it says something of this form. */
async function whenever(form: RegExp, ...args: string[]): Promise<string> {
  for (const end = performance.now() + 40_000; ; await pause(300)) {
    const said = await iod(...args).catch((error: Error) => error.message)
    if (form.test(said)) return said
    assert.ok(performance.now() < end, `${args.join(" ")} said ${said}`)
  }
}

test("an office is founded by its commands, and works though neither party ever joined", async () => {
  const home = mkdtempSync(join(tmpdir(), "iod-found-"))
  const place: Place = { home, in: (...path) => join(home, ...path) }
  const { in: at } = place
  const programs: Program[] = []
  const run = (words: readonly string[]): Program => {
    const program = startProgram(words)
    programs.push(program)
    return program
  }
  try {
    await found(place)
    const papers = readdirSync(at("draft"))
    for (const language of ["en", "uk", "ru"]) {
      assert.ok(papers.includes(`protocol-draft-${language}.pdf`))
      const text = readFileSync(at("closed", `protocol-close-${language}.txt`), "utf8")
      const { fingerprint } = JSON.parse(readFileSync(at("root", "austria", "root.json"), "utf8"))
      assert.ok(text.includes((fingerprint.match(/.{4}/g) ?? []).join(" ")), `${language} names each root`)
    }
    const witnesses = await Promise.all(
      WITNESSES.map(async (name) => {
        const [, url = ""] = await saying(
          run(["witness", "--folder", at("witness", name), "--port", "0"]),
          /answers at (\S+)/,
        )
        return url
      }),
    )
    const asked = witnesses.flatMap((url) => ["--witness", url])
    const [, registry = ""] = await saying(
      run(["registry", "--folder", at("registry"), "--port", "0", ...asked]),
      /registry answers at (\S+)/,
    )
    for (const name of RUNNING)
      await saying(
        run(["desk", "--folder", at("desk", name), "--registry", registry, "--port", "0"]),
        new RegExp(`${name}  http`),
      )
    const send = [
      "desk",
      "send",
      "--folder",
      at("desk", "switzerland"),
      "--line",
      "secretariat",
      "--subject",
      "Good morning",
    ]
    await whenever(/^[0-9a-f]{64}\n$/, ...send, "--body", "The office is open.", "--token", "first-message")
    await whenever(/Good morning/, "desk", "list", "--folder", at("desk", "secretariat"))
  } finally {
    for (const program of programs.toReversed()) program.child.kill("SIGINT")
    await Promise.all(programs.map((program) => program.ended))
    rmSync(home, { recursive: true, force: true, maxRetries: 10 })
  }
})
