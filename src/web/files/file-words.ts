import { useIntl } from "react-intl"

const UNITS = ["byte", "kilobyte", "megabyte"] as const

/** How sizes and shares are said in the language of the screen. */
export function useSizes() {
  const intl = useIntl()
  return {
    /** Bytes in the unit in which they are a small number. */
    size(bytes: number): string {
      const step = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : 2
      const value = bytes / 1000 ** step
      const unitDisplay = step === 0 ? "long" : "short"
      const maximumFractionDigits = step > 0 && value < 10 ? 1 : 0
      return intl.formatNumber(value, {
        style: "unit",
        unit: UNITS[step] ?? "byte",
        unitDisplay,
        maximumFractionDigits,
      })
    },
    /** Never called whole before it is. */
    percent(done: number, whole: number): string {
      const share = whole > 0 ? Math.min(1, done / whole) : 1
      return intl.formatNumber(Math.floor(share * 100) / 100, { style: "percent" })
    },
  }
}
