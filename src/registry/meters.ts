import { Counter, Gauge, Registry as Meters } from "prom-client"

/** What the registry counts, as Prometheus reads it. */
export type RegistryMeters = { entered(count: number): void; text(): Promise<string> }

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
  const help = "Envelopes entered since the start"
  const entered = new Counter({ name: "iod_envelopes_entered_total", help, registers })
  gauge("iod_register_size", "Entries in the register", size)
  gauge("iod_desks_following", "Desks whose mail stream is open", followers)
  return { entered: (count) => entered.inc(count), text: () => meters.metrics() }
}
