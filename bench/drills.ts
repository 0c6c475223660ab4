import { restoreDayOld, rotateUnderLoad } from "../test/drills.ts"
import { atLeast, atMost, beside, type Figure } from "./figure.ts"

const ROTATIONS = 20
const EACH = 500
const SINCE = 500

/** 10,000 envelopes between two desks while the sealing keys of both change twenty times. */
export async function measureRotation(): Promise<Figure[]> {
  const { readable, of, seconds } = await rotateUnderLoad(ROTATIONS, EACH)
  const how = `${of} messages between two desks, half each way, while ${ROTATIONS} days pass; each day ends with half of its messages under way`
  return [
    atLeast("roll.rotation", readable / of, 1, { unit: "readable", how }),
    beside("roll.rotation.rate", of / seconds, {
      unit: "messages/s",
      how: "registry, witness and both desks in one process",
    }),
  ]
}

/** A desk lost with its disk, its backup a day old. */
export async function measureRestore(): Promise<Figure[]> {
  const { lost, command, caughtUp, readable } = await restoreDayOld(SINCE)
  const how = `a backup one day old, ${SINCE} messages each way since it was made, the desk lost with its disk`
  return [
    atMost("roll.restore.lost", lost, 0, {
      unit: "messages",
      how: `acknowledged before the loss and not readable after; ${how}`,
    }),
    beside("roll.restore.command", command, { unit: "s", how: `iod desk restore; ${how}` }),
    atMost("roll.restore.caught-up", caughtUp, 60, {
      unit: "s",
      how: `from opening the restored desk until it may send; ${how}`,
    }),
    beside("roll.restore.readable", readable, {
      unit: "s",
      how: `until the last text sealed to lost keys was sealed again by the other member and is readable; ${how}`,
    }),
  ]
}
