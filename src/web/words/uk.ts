import calls from "#words/uk/calls.json"
import check from "#words/uk/check.json"
import courier from "#words/uk/courier.json"
import desk from "#words/uk/desk.json"
import duty from "#words/uk/duty.json"
import files from "#words/uk/files.json"
import lines from "#words/uk/lines.json"
import officers from "#words/uk/officers.json"
import paper from "#words/uk/paper.json"
import refusals from "#words/uk/refusals.json"
import register from "#words/uk/register.json"
import relay from "#words/uk/relay.json"
import roll from "#words/uk/roll.json"
import search from "#words/uk/search.json"
import stop from "#words/uk/stop.json"
import templates from "#words/uk/templates.json"
import translation from "#words/uk/translation.json"
import watch from "#words/uk/watch.json"

/** Everything that a screen says in this language; no other language stands in for a missing word. */
export const words: Record<string, string> = {
  ...calls,
  ...check,
  ...courier,
  ...desk,
  ...duty,
  ...files,
  ...lines,
  ...officers,
  ...paper,
  ...register,
  ...refusals,
  ...relay,
  ...stop,
  ...templates,
  ...roll,
  ...search,
  ...translation,
  ...watch,
}
