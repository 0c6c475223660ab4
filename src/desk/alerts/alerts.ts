import {
  ALERT_FAULTS,
  type AlertFault,
  type AlertsView,
  alertDue,
  CHANNELS,
  type Channel,
  type ChannelView,
} from "#offices/joins/alert.ts"
import { instantOf } from "../../clock.ts"
import { text } from "../archive.ts"
import type { Live } from "../live.ts"
import { type CallingParts, callingSince } from "./calling.ts"
import { type Alert, callWebhook, sendMail } from "./channels.ts"
import { readSettings } from "./settings.ts"

/** Alerts outside the screen: that something waits and since when, by the channels that the operator named. */
export type Alerts = {
  view(): AlertsView
  /** Tries every channel; answers once each has answered or failed. */
  test(): Promise<AlertsView>
  /** Whether every channel was tried since this instant, with whatever outcome. */
  triedSince(at: string): boolean
  close(): Promise<void>
}

export type AlertsParts = CallingParts & { folder: string; exercise: boolean; live: Live; log(message: string): void }

const LOOK_MS = 5000
const LAST = "alerts.last"

/** Opens the alerts of a desk. The operator's file is read once: another one counts from the next start. */
export function openAlerts(parts: AlertsParts): Alerts {
  const { archive, clock, exercise, live, log } = parts
  const { sql } = archive
  const named = readSettings(parts.folder)
  const settings = named === "malformed" ? undefined : named
  if (named === "malformed") log("alerts.json is not of its form: no alert leaves this desk")
  const channels = CHANNELS.filter((channel) => settings?.[channel] !== undefined)
  let bell: Disposable | undefined
  let closed = false
  let sending: Promise<unknown> = Promise.resolve()

  async function send(channel: Channel, alert: Alert): Promise<void> {
    const failed = await sendBy(channel, alert)
    if (closed) return
    sql.run`INSERT INTO duty_alert (at, channel, test, failed)
      VALUES (${instantOf(clock)}, ${channel}, ${alert.test ? 1 : 0}, ${failed})`
    if (failed !== null) log(`an alert did not go out by ${channel}: ${failed}`)
    live.tell({ kind: "duty" })
  }

  async function sendBy(channel: Channel, alert: Alert): Promise<AlertFault | null> {
    if (channel === "mail") return settings?.mail ? await sendMail(settings.mail, alert) : "settings"
    return settings?.webhook ? await callWebhook(settings.webhook, alert) : "settings"
  }

  function sendAll(alert: Alert): Promise<unknown> {
    sending = sending.then(() => Promise.all(channels.map((channel) => send(channel, alert))))
    return sending
  }

  function look(): void {
    if (closed || !settings) return
    try {
      const last = archive.meta(LAST) ?? null
      const since = alertDue(callingSince(parts), last, settings, clock.now())
      if (since !== null) {
        // First the mark: a host that does not answer is asked again after the interval and not at every look.
        archive.setMeta(LAST, instantOf(clock))
        sendAll({ since, exercise, test: false }).catch(failed)
      }
    } catch (error) {
      failed(error)
    }
    bell = clock.after(LOOK_MS, look)
  }

  function failed(error: unknown): void {
    log(`alerts wait: ${error instanceof Error ? error.message : ""}`)
  }

  function view(): AlertsView {
    const of = (channel: Channel, test: 0 | 1): ChannelView["tested"] => {
      const row = sql.get`SELECT at, failed FROM duty_alert WHERE channel = ${channel} AND test = ${test}
        ORDER BY id DESC LIMIT 1`
      return row ? { at: text(row.at) ?? "", failed: faultOf(row.failed) } : null
    }
    return {
      channels: channels.map((channel) => ({ channel, tested: of(channel, 1), alerted: of(channel, 0) })),
      malformed: named === "malformed",
    }
  }

  if (channels.length > 0) bell = clock.after(LOOK_MS, look)
  return {
    view,
    async test() {
      await sendAll({ since: instantOf(clock), exercise, test: true })
      return view()
    },
    triedSince: (at) => view().channels.every(({ tested }) => tested !== null && tested.at >= at),
    async close() {
      closed = true
      bell?.[Symbol.dispose]()
      await sending.catch(failed)
    },
  }
}

function faultOf(column: unknown): AlertFault | null {
  const code = text(column)
  return code === undefined ? null : (ALERT_FAULTS.find((one) => one === code) ?? "settings")
}
