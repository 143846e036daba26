/**
 * One end of an ordered, reliable, two-way pipe of plain data (what structured clone and JSON both
 * carry). Everything that Headroom's processes say to each other goes through one of these.
 */
export interface Port {
  /** Sending on a closed port is ignored: the close has been, or is about to be, reported. */
  send(message: unknown): void;
  /** Exactly one listener: the client or the server that owns this end. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, also when the port is closed already at the time of the call. */
  onClose(listener: () => void): void;
  close(): void;
}
