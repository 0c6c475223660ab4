import { createTransport } from "nodemailer"
import type { AlertFault } from "#offices/joins/alert.ts"
import type { AlertSettings } from "./settings.ts"

/** What an alert says: that something waits, since when, and whether it is an exercise or a test. Nothing else is known to it. */
export type Alert = { since: string; exercise: boolean; test: boolean }

const TIMEOUT_MS = 10_000

/** Sends an alert as a mail by the operator's own host; answers why it did not go out. */
export async function sendMail(mail: NonNullable<AlertSettings["mail"]>, alert: Alert): Promise<AlertFault | null> {
  const { host, port, tls, user, password, from, to } = mail
  const transport = createTransport({
    ...{ host, port, secure: tls === "implicit", requireTLS: tls === "starttls", ignoreTLS: tls === "none" },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...{ logger: false, debug: false, disableFileAccess: true, disableUrlAccess: true },
  })
  try {
    await transport.sendMail({ from, to, subject: SUBJECT, text: alertText(alert) })
    return null
  } catch (error) {
    return mailFault(error instanceof Error && "code" in error ? String(error.code) : "")
  } finally {
    transport.close()
  }
}

function mailFault(code: string): AlertFault {
  if (code === "EAUTH" || code === "ENOAUTH") return "credentials"
  if (code === "ETIMEDOUT") return "timeout"
  return ["EENVELOPE", "EMESSAGE", "EPROTOCOL"].includes(code) ? "refused" : "unreachable"
}

/** Hands an alert to the operator's pager; a redirection would be another host, and is not followed. */
export async function callWebhook(
  { url, token }: NonNullable<AlertSettings["webhook"]>,
  alert: Alert,
): Promise<AlertFault | null> {
  try {
    const response = await fetch(url, {
      ...{ method: "POST", redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) },
      headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ iod: "alert/v1", waits: true, ...alert }),
    })
    await response.body?.cancel()
    if (response.ok) return null
    return response.status === 401 || response.status === 403 ? "credentials" : "refused"
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable"
  }
}

const SUBJECT = "IOD"

/** Said in all three languages at once: whoever reads it at night has chosen none. */
export function alertText({ since, exercise, test }: Alert): string {
  const at = `${since.slice(0, 10)} ${since.slice(11, 16)} UTC`
  return [
    ...(exercise ? ["EXERCISE · НАВЧАННЯ · УЧЕНИЕ", ""] : []),
    ...(test ? ["Test. · Перевірка. · Проверка.", ""] : []),
    `Something waits at the desk since ${at}.`,
    `За столом щось чекає від ${at}.`,
    `За столом что-то ждёт с ${at}.`,
    "",
  ].join("\n")
}
