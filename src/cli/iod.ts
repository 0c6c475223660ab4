#!/usr/bin/env node
import { parseArgs } from "node:util"
import { auditCommand } from "./audit.ts"
import { backupCommand, restoreCommand } from "./backup.ts"
import { deskCourierCommand, registryCourierCommand } from "./courier.ts"
import { deskBackupCommand, deskRestoreCommand } from "./desk-backup.ts"
import { enterCommand, newDeskCommand } from "./enter.ts"
import { foundCommand } from "./found/commands.ts"
import { newRegistryCommand, newWitnessCommand } from "./found/public-files.ts"
import { DatabaseLost, deskCommand, portOf, rebuildCommand, registryCommand, witnessCommand } from "./programs.ts"
import { rootCommand } from "./root/commands.ts"
import { scriptCommand } from "./script.ts"
import { startExercise } from "./start.ts"
import { log, say, untilStopped } from "./terminal.ts"
import { verifyCommand } from "./verify.ts"

const USAGE = `iod start [--data DIR] [--port N] [--fresh]
    a whole exercise office on this machine: registry, three witnesses, five desks
iod registry [--folder DIR] [--database URL] [--host H] [--port N] [--witness URL]…
iod registry backup --to FILE | restore --from FILE [--folder DIR] [--database URL] [--postgres DIR]
    everything but the keys in one file, and back into an empty database (docs/operating.md)
iod registry courier in FILE --answers FILE | out --for DELEGATION --to FILE [--after INDEX] [--registry URL]
    takes a desk's courier file in, or writes a desk's mail to one (docs/specs/courier.md)
iod witness  [--folder DIR] [--host H] [--port N]
iod desk     [--folder DIR] [--registry URL] [--host H] [--port N] [--name NAME --cert FILE --key FILE] [--link OFFICER]
    one delegation's desk; with TLS under its own name, without at NAME.localhost; --link prints an officer's link
iod desk send --line NAME --subject TEXT [--body TEXT] [--precedence P] [--language L]
             [--attach FILE]… [--without-metadata]
iod desk list [--line ID] | acknowledge --matter ID
iod desk export --matter ID [--form text|pdf|page] [--language L] [--to FILE]
iod desk save --matter ID [--to DIR]
iod desk export --line NAME --from DAY [--until DAY] [--form csv|pdf] [--checks] [--language L] [--to FILE]
    what a screen does, for a running desk (--folder DIR)
iod desk search WORDS… [--order newest] [--line ID] [--by NAME] [--precedence P] [--from DAY] [--to DAY]
    looks through every text that a running desk holds; ends with 1 where nothing was found
iod desk courier out --to FILE [--line ID]… [--days N] [--for NAME] | in FILE [--answers FILE]
    gives what waits to a courier when there is no network, or takes in what he brings
iod desk backup --to FILE | restore --from FILE --identity FILE [--spare FILE] [--lost [--since INSTANT]] [--folder DIR]
    a running desk without its keys, sealed to whom backup-recipients.txt names; and a desk from it, under another key
iod desk restore --certificate FILE [--folder DIR]
    goes on where there was no spare key, with what the root certified
iod desk rebuild [--folder DIR]
    folds the archive of a stopped desk again, and checks every signature, hash and proof in it
iod desk new --delegation NAME [--number N] [--folder DIR] | enter FILE [--folder DIR]
    a desk's folder with a key that its root is to certify; and a public act that a root signed, by a running desk
iod registry new --origin NAME [--folder DIR]
iod witness new --name NAME [--folder DIR]
iod found draft --root FILE… --registry FILE --witness STATE=FILE… [--quorum K] [--from CHARTER] [--exercise] --to DIR
iod found sign --charter FILE --request FILE --language L [--folder ROOT] --to FILE | close --charter FILE --signed FILE… --to DIR
    founds an office: keys, charter, signatures, with protocols to print in three languages (docs/operating.md)
iod root new --delegation NAME [--folder DIR] [--passphrase-file FILE]
iod root accept --charter FILE --language L --request FILE --to FILE [--name L=TEXT]…
iod root certify --request FILE --to FILE | spare --charter FILE [--replaces KEY] [--recipients FILE] --to FILE
iod root succeed --charter FILE [--request FILE] --to FILE
iod root split --custodian NAME=RECIPIENTS… --needed K --to DIR | join --share FILE… [--drill]
iod root amend --charter FILE --amended FILE [--number N] [--signed FILE]… --to FILE
    what is done where a root key is, on a machine that no network reaches (docs/operating.md)
iod desk audit [--check] [--folder DIR]
    a running desk's audit log; or whether its chain holds and what the register covers of it (docs/officers.md)
iod verify FILE [--charter FILE | --office FINGERPRINT] [--language en|uk|ru]
    checks a proof sheet, or the one inside a PDF, offline; ends with 0, 1 (false) or 2 (unreadable)
`

type Verbs = ReadonlyMap<string, (args: string[]) => Promise<number>>

const REGISTRY: Verbs = new Map([
  ["new", newRegistryCommand],
  ["backup", backupCommand],
  ["restore", restoreCommand],
  ["courier", registryCourierCommand],
])
const WITNESS: Verbs = new Map([["new", newWitnessCommand]])

/** The command of the first word, or the program itself where that is none. */
function among(verbs: Verbs, program: (args: string[]) => Promise<number>, [verb = "", ...rest]: string[]) {
  const command = verbs.get(verb)
  return command ? command(rest) : program(verb === "" ? [] : [verb, ...rest])
}

/** What is done to a desk beside it; every other word is what a screen does. */
const DESK: Verbs = new Map([
  ["courier", deskCourierCommand],
  ["backup", deskBackupCommand],
  ["restore", deskRestoreCommand],
  ["rebuild", rebuildCommand],
  ["new", newDeskCommand],
  ["enter", enterCommand],
  ["audit", auditCommand],
])

/** Runs a command; answers its exit code. 64: the words of the command are wrong. */
async function main([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case "start":
      return start(rest)
    case "registry":
      return among(REGISTRY, registryCommand, rest)
    case "witness":
      return among(WITNESS, witnessCommand, rest)
    case "desk":
      return desk(rest)
    case "found":
      return foundCommand(rest)
    case "root":
      return rootCommand(rest)
    case "verify":
      return verifyCommand(rest)
    default:
      process.stderr.write(USAGE)
      return 64
  }
}

function desk([verb, ...rest]: string[]): Promise<number> {
  if (verb === undefined || verb.startsWith("-")) return deskCommand(verb === undefined ? [] : [verb, ...rest])
  const command = DESK.get(verb)
  return command ? command(rest) : scriptCommand(verb, rest)
}

async function start(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string", default: "data" },
      port: { type: "string", default: "7400" },
      fresh: { type: "boolean", default: false },
    },
  })
  const began = performance.now()
  const stopped = untilStopped()
  await using exercise = await startExercise({
    ...{ data: values.data, port: portOf(values.port), fresh: values.fresh, log, signal: stopped.signal },
    report: (sentence) => say(`… ${sentence}`),
  }).catch((error: unknown) => {
    // A start that was called off is no fault.
    if (!stopped.signal.aborted) throw error
    return undefined
  })
  if (!exercise) return 0
  say(
    `\nEXERCISE · НАВЧАННЯ · УЧЕНИЕ. The office is open after ${((performance.now() - began) / 1000).toFixed(1)} s.\n`,
  )
  for (const { name, url } of exercise.links) say(`${name.padEnd(22)} ${url}`)
  say(
    `${"registry".padEnd(22)} ${exercise.registry}\n\nEach link signs in once. Ctrl-C stops the office; everything is kept.`,
  )
  const end = await Promise.race([stopped.promise, exercise.ended])
  if (typeof end === "string") throw new DatabaseLost(end)
  say("\nstopping")
  return 0
}

// Whoever reads along may stop, as `head` does: the command goes on, and its exit code says what it says.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error
})
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
