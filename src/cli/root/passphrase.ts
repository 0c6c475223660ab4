import { readFileSync } from "node:fs"

/** Shortest passphrase of a new root key, in characters. */
const SHORTEST = 12

/** The first line of a file, or what is typed on the terminal, which does not show it. */
export async function readPassphrase(file: string | undefined, asked: string): Promise<string> {
  if (file !== undefined) return firstLine(readFileSync(file, "utf8"))
  if (!process.stdin.isTTY)
    throw new Error("there is no terminal to ask on: --passphrase-file names a file that holds it")
  return typed(asked)
}

/** As `readPassphrase`, typed twice and not too short: for what is sealed with it. */
export async function newPassphrase(file: string | undefined): Promise<string> {
  const one = await readPassphrase(file, "New passphrase: ")
  if (one.length < SHORTEST) throw new Error(`a passphrase has at least ${SHORTEST} characters`)
  if (file === undefined && (await typed("Once more: ")) !== one) throw new Error("these two are not the same")
  return one
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").replace(/\r$/, "")
}

const ENDS = ["\r", "\n", "\u0003"]
const [DELETE, BACKSPACE, INTERRUPT] = ["\u007f", "\b", "\u0003"]

/** What stands after one more sign was typed. */
function after(text: string, sign: string): string {
  return sign === DELETE || sign === BACKSPACE ? text.slice(0, -1) : text + sign
}

function typed(asked: string): Promise<string> {
  process.stderr.write(asked)
  const { stdin } = process
  stdin.setRawMode(true)
  stdin.setEncoding("utf8")
  return new Promise((resolve, reject) => {
    let text = ""
    const hear = (piece: string) => {
      const end = [...piece].findIndex((sign) => ENDS.includes(sign))
      for (const sign of end < 0 ? piece : [...piece].slice(0, end)) text = after(text, sign)
      if (end < 0) return
      stdin.off("data", hear)
      stdin.setRawMode(false)
      stdin.pause()
      process.stderr.write("\n")
      if ([...piece][end] === INTERRUPT) reject(new Error("called off"))
      else resolve(text)
    }
    stdin.on("data", hear)
  })
}
