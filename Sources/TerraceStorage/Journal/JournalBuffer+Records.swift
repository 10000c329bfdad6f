import TerraceCore

extension JournalBuffer {
    /// What surrounds a record's payload: length and kind (4 bytes), number (8), time (8); behind it the checksum (4).
    static let recordHead = 20
    static let recordFrame = 24
    /// The most that a record holds.
    static let recordLimit = (1 << 24) - 1

    /// Adds a record: `body` writes its payload.
    ///
    /// - Returns: false, and adds nothing, where the payload is too large.
    @inline(__always) @discardableResult
    mutating func record(
        _ kind: JournalKind, startsBatch: Bool, sequence: UInt64, time: Timestamp, seed: UInt32,
        _ body: (inout JournalBuffer) -> Void
    ) -> Bool {
        let start = self.count
        self.fixed(UInt32(0))
        self.fixed(sequence)
        self.fixed(time.nanoseconds)
        body(&self)
        let length = self.count - start - Self.recordHead
        if length > Self.recordLimit {
            self.truncate(to: start)
            return false
        }
        self.replace(
            at: start,
            with: UInt32(length) | UInt32(kind.rawValue | (startsBatch ? 0x80 : 0)) << 24)
        self.fixed(self.checksum(from: start, seed: seed))
        return true
    }
}
