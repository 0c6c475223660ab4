import { Counter, Gauge, Registry as Meters } from "prom-client"

/** What the registry counts, as Prometheus reads it. */
export type RegistryMeters = {
  /** So many envelopes were entered in one transaction. */
  entered(count: number): void
  text(): Promise<string>
}

/** Opens the meters of one registry. */
export function openMeters(size: () => number, followers: () => number): RegistryMeters {
  const meters = new Meters()
  const registers = [meters]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read())
      },
    })
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const envelopes = counter("iod_envelopes_entered_total", "Envelopes entered since the start")
  const groups = counter("iod_groups_entered_total", "Transactions in which they were entered")
  gauge("iod_register_size", "Entries in the register", size)
  gauge("iod_desks_following", "Desks whose mail stream is open", followers)
  return {
    entered(count) {
      envelopes.inc(count)
      groups.inc()
    },
    text: () => meters.metrics(),
  }
}
