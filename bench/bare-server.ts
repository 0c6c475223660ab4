import { createServer } from "node:http"

// The least that answers a request with a body: what an exchange costs before anybody looks at it.
const ANSWER = Buffer.alloc(900, "x")

const server = createServer((request, response) => {
  request.on("data", () => undefined)
  request.on("end", () => {
    response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": ANSWER.length })
    response.end(ANSWER)
  })
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`)
})
