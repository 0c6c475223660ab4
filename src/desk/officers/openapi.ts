import { z } from "zod"
import { courierChoice } from "../courier/writing.ts"
import { request } from "../door.ts"
import { uploadForm } from "../files/uploads.ts"
import { logForm, pageForm, sheetForm } from "../papers.ts"
import { proposal } from "../proposing.ts"
import { aidForm, draftForm } from "../workbench/workbench.ts"
import { invitation, linkForm, nameForm, ticketForm } from "./api.ts"
import { assertionForm, registrationForm } from "./passkeys.ts"
import { noteForm, policyForm } from "./releases-api.ts"
import { ROUTES } from "./routes.ts"
import { tokenForm } from "./tokens.ts"

/** The bodies of requests, by method and path: the very schemas that parse them. */
const BODIES: Readonly<Record<string, z.ZodType>> = {
  "POST /sign-in": linkForm,
  "POST /sign-in/passkey": assertionForm,
  "POST /me/passkeys": registrationForm,
  "PUT /me/passkeys/:passkey": nameForm,
  "POST /me/unlock": assertionForm,
  "POST /me/tickets": ticketForm,
  "POST /officers": invitation,
  "PUT /officers/:officer": invitation.omit({ name: true }),
  "PUT /releases/policy": policyForm,
  "POST /releases/:id/release": assertionForm,
  "POST /releases/:id/return": noteForm,
  "POST /tokens": tokenForm,
  "POST /acts": request,
  "POST /lines": proposal,
  "POST /lines/:line/log": logForm,
  "POST /messages/:line/:matter/sheet": sheetForm,
  "POST /messages/:line/:matter/page": pageForm,
  "PUT /messages/:line/:matter/aids": aidForm,
  "PUT /drafts/:id": draftForm,
  "POST /files": uploadForm,
  "POST /courier/out": courierChoice,
  "POST /courier/out-pages": courierChoice,
}

/** Paths before the sign-in, which nobody's role is asked for. */
const OPEN = [
  ["POST", "/sign-in"],
  ["POST", "/sign-in/passkey/options"],
  ["POST", "/sign-in/passkey"],
] as const

/** The desk's API as OpenAPI 3.1, from the table of its paths and the schemas that parse its requests. */
export function openApi(office: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [method, path, power] of [...OPEN.map(([m, p]) => [m, p, undefined] as const), ...ROUTES]) {
    const template = path.replaceAll(/:(\w+)/g, "{$1}")
    paths[template] = { ...paths[template], [method.toLowerCase()]: operation(method, path, power) }
  }
  return {
    openapi: "3.1.0",
    info: { title: office, version: "1", summary: "The API of one delegation's desk, for its own screens and scripts" },
    servers: [{ url: "/api" }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token for scripts, or the word in the desk's folder" },
        session: { type: "apiKey", in: "header", name: "iod-page", description: "With the session's cookie" },
      },
    },
  }
}

function operation(method: string, path: string, power: string | undefined): object {
  const body = BODIES[`${method} ${path}`]
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true, schema: { type: "string" } },
  }))
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, path) } } } }),
    responses: {
      "200": { description: "Done" },
      ...(power && { "401": { description: "Not signed in" }, "403": { description: "Not this role's, or token's" } }),
      ...(method !== "GET" && { "409": { description: "Refused, with a code" } }),
    },
    ...(power ? { security: [{ token: [] }, { session: [] }], "x-iod-power": power } : { security: [] }),
  }
}

/** With a name of its own, so that what it refers to inside itself is found there. */
function schemaOf(body: z.ZodType, path: string): object {
  const { $schema, ...schema } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" })
  return { $id: `urn:iod:api:${path.replaceAll(/\W+/g, "-")}`, ...schema }
}
