import calls from "#words/ru/calls.json"
import check from "#words/ru/check.json"
import courier from "#words/ru/courier.json"
import desk from "#words/ru/desk.json"
import duty from "#words/ru/duty.json"
import files from "#words/ru/files.json"
import lines from "#words/ru/lines.json"
import officers from "#words/ru/officers.json"
import paper from "#words/ru/paper.json"
import refusals from "#words/ru/refusals.json"
import register from "#words/ru/register.json"
import relay from "#words/ru/relay.json"
import roll from "#words/ru/roll.json"
import search from "#words/ru/search.json"
import stop from "#words/ru/stop.json"
import templates from "#words/ru/templates.json"
import translation from "#words/ru/translation.json"
import watch from "#words/ru/watch.json"

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
