import type { DeskStatus, RegisterView } from "#offices/joins/screen.ts"
import { openBooks } from "./crash-books.ts"
import { cosignedHeads, readArchive } from "./crash-files.ts"
import type { Load } from "./crash-load.ts"
import type { CrashOffice } from "./crash-office.ts"
import { pause, postmasters, readDesk } from "./crash-program.ts"
import type { RegisterWatch } from "./crash-register.ts"

/** The auditor of an office: everything that it ever read, so that what comes later is held against it. */
export type Audit = {
  /** Waits until all outboxes are empty, all books equally far and everything in them witnessed. */
  quiesce(): Promise<void>
  /** Reads what is new at every desk and checks the whole; throws with the first thing that is wrong. */
  check(): Promise<void>
  /** Closes the office, reads its files, and holds every checkpoint that is in one against it once it runs again. */
  checkFiles(): Promise<void>
  envelopes(): number
}

const QUIET_MS = 60_000

/** Opens the audit of an office under a load. */
export function openAudit(office: CrashOffice, load: Load, watch: RegisterWatch): Audit {
  const books = openBooks(office)
  const audit: Audit = {
    async quiesce() {
      let why: string | undefined
      for (const end = performance.now() + QUIET_MS; performance.now() < end; await pause(60)) {
        why = await unsettled(office)
        if (why === undefined) return
      }
      throw new Error(`the office does not come to rest: ${why}`)
    },
    async check() {
      for (const desk of office.desks) {
        await checkTrust(office, desk)
        await books.read(desk)
      }
      books.checkLines()
      books.checkLoad(load)
      await watch.check()
      const running = postmasters(office.postgres()).length
      if (running !== 1) throw new Error(`${running} PostgreSQL run on one data folder`)
    },
    async checkFiles() {
      await office.close()
      if (postmasters(office.postgres()).length > 0) throw new Error("a PostgreSQL outlived its office")
      const heads = [...office.desks.flatMap((desk) => readArchive(office, desk, load)), ...cosignedHeads(office)]
      await office.restart().ready
      await audit.quiesce()
      await audit.check()
      await watch.checkAll(heads)
    },
    envelopes: books.envelopes,
  }
  return audit
}

/** What the office is still waiting for; undefined when it has come to rest. */
async function unsettled(office: CrashOffice): Promise<string | undefined> {
  const places = new Map<string, number>()
  for (const desk of office.desks) {
    const status = await readDesk<DeskStatus>(office.folderOf(desk), "/desk")
    if (!status.connected) return `${desk} is not connected`
    if (status.waiting > 0) return `${desk} has ${status.waiting} acts in its outbox`
    const behind = status.lines.find(({ id, place }) => (places.get(id) ?? place) !== place)
    if (behind) return `${desk} holds line ${behind.id.slice(0, 8)} up to place ${behind.place} only`
    for (const { id, place } of status.lines) places.set(id, place)
    const { notWitnessed } = await readDesk<RegisterView>(office.folderOf(desk), "/register")
    if (notWitnessed > 0) return `${desk} has ${notWitnessed} envelopes that are not witnessed`
  }
  return undefined
}

/** A kill is nobody's lie: no desk may have caught anybody at anything, and none may hold what was refused. */
async function checkTrust(office: CrashOffice, desk: string): Promise<void> {
  const folder = office.folderOf(desk)
  const { distrusted } = await readDesk<DeskStatus>(folder, "/desk")
  if (distrusted) throw new Error(`${desk} distrusts the registry: ${JSON.stringify(distrusted)}`)
  const [caught] = await readDesk<unknown[]>(folder, "/evidence")
  if (caught) throw new Error(`${desk} keeps evidence: ${JSON.stringify(caught)}`)
  const [waiting] = await readDesk<unknown[]>(folder, "/waiting")
  if (waiting) throw new Error(`${desk} has an act that is not stamped: ${JSON.stringify(waiting)}`)
}
