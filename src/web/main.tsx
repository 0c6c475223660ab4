import { createRoot } from "react-dom/client"
import { App } from "./App.tsx"
import { chosenLanguage, showTheme } from "./desk/preferences.ts"
import { loadWords } from "./words.ts"

const screen = document.getElementById("screen")
if (!screen) throw new Error("the page has no place for the screen")
showTheme()
const language = chosenLanguage()
const words = await loadWords(language)
createRoot(screen).render(<App first={{ language, words }} />)
