/**
 * PostgreSQL's settings for an office of a few dozen desks, given at each start, so that a new release brings its own
 * and no file in the data folder has to be edited.
 */
export function settings(socketFolder: string): string[] {
  const values: Record<string, string> = {
    listen_addresses: "",
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
    port: String(PORT),
    ssl: "off",
    max_connections: "20",
    shared_buffers: "32MB",
    work_mem: "4MB",
    maintenance_work_mem: "32MB",
    jit: "off",
    io_method: "sync",
    max_parallel_workers: "2",
    max_logical_replication_workers: "0",
    // What the registry has stamped must survive any crash: all of these stay on.
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    wal_level: "replica",
    max_wal_senders: "3",
    min_wal_size: "32MB",
    max_wal_size: "256MB",
    timezone: "UTC",
    log_timezone: "UTC",
    log_destination: "stderr",
    logging_collector: "off",
    log_checkpoints: "off",
    log_line_prefix: "%m [%p] ",
    // A log is copied and sent about more freely than the data: it shows no statement and no value of a row.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_parameter_max_length_on_error: "0",
    cluster_name: "iod",
  }
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`])
}

/** Names the socket; no network port is opened. */
export const PORT = 5432
