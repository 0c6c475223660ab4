import type pg from "pg"
import { utf8 } from "#register/bytes.ts"
import type { Row, TileRow } from "./ledger.ts"

// What is large of a row lies in one byte string, $11, from "start" on: header, stamp, body, with their lengths.
const ENTER = `
  WITH rows AS (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
      $8::bytea[], $9::bigint[], $10::text[], $12::integer[], $13::integer[], $14::integer[], $15::integer[])
      AS r(index, line, place, sender, serial, hash, head, entry, seen, members, start, header, stamp, body)
  ), entered AS (
    INSERT INTO envelope SELECT index, line, place, sender, serial, hash,
      convert_from(substring($11::bytea FROM start FOR header), 'UTF8'),
      convert_from(substring($11::bytea FROM start + header FOR stamp), 'UTF8'),
      head, entry, seen, string_to_array(members, ' ') FROM rows
  ), opened AS (
    INSERT INTO line SELECT line, string_to_array(members, ' ') FROM rows WHERE place = 1
  )
  INSERT INTO body SELECT index, substring($11::bytea FROM start + header + stamp FOR body) FROM rows
    WHERE body IS NOT NULL`
const GROW = `
  INSERT INTO tile SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bytea[])
  ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes`

/** Inserts a group by one or two statements, in whatever transaction `client` is in. Bodies that are absent stay so. */
export async function insertGroup(
  client: pg.ClientBase,
  rows: readonly Row[],
  tiles: readonly TileRow[],
): Promise<void> {
  const column = <K extends keyof Row>(key: K) => rows.map((row) => row[key])
  const { bytes, starts, headers, stamps, bodies } = packed(rows)
  const values = [
    ...[column("index").map(String), column("line"), column("place"), column("sender"), column("serial")],
    ...[column("hash"), column("head"), column("entry"), column("seen"), rows.map((row) => row.members.join(" "))],
    ...[bytes, starts, headers, stamps, bodies],
  ]
  await client.query({ name: "enter", text: ENTER, values })
  if (tiles.length === 0) return
  const numbers = tiles.map((t) => String(t.number))
  await client.query(GROW, [tiles.map((t) => t.level), numbers, tiles.map((t) => t.hashes)])
}

/**
 * Headers, stamps and bodies in one byte string, with the place of each row's first byte, counted from 1, and their
 * lengths: as arrays of text each would be escaped here and read letter by letter there.
 */
function packed(rows: readonly Row[]) {
  const pieces = rows.map((row) => ({ header: utf8(row.header), stamp: utf8(row.stamp), body: row.body }))
  let next = 1
  const starts = pieces.map(({ header, stamp, body }) => {
    const start = next
    next += header.length + stamp.length + (body?.length ?? 0)
    return start
  })
  return {
    bytes: Buffer.concat(pieces.flatMap(({ header, stamp, body }) => (body ? [header, stamp, body] : [header, stamp]))),
    starts,
    headers: pieces.map(({ header }) => header.length),
    stamps: pieces.map(({ stamp }) => stamp.length),
    bodies: pieces.map(({ body }) => body?.length ?? null),
  }
}
