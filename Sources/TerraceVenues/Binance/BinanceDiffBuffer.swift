import TerraceCore

/// Changes of one book that wait for a snapshot, in order and without a gap between them.
///
/// Bounded: 500 ms of a busy perpetual are about 15 changes of 500 levels, and a snapshot takes seconds at worst. Memory is
/// taken while a snapshot is awaited and given back after, so that hundreds of instruments at rest hold none.
struct BinanceDiffBuffer: Sendable {
    /// One change that waits.
    struct Diff: Sendable {
        var firstID: Int64
        var lastID: Int64
        var previousID: Int64
        var venueTime: Timestamp
        /// The change's levels in `levels`.
        var levels: Range<Int>
    }

    /// The most changes that wait.
    static let mostDiffs = 2_048
    /// The most levels that wait.
    static let mostLevels = 100_000

    private(set) var diffs: [Diff] = []
    private(set) var levels: [MarketLevel] = []

    /// Whether no change waits.
    var isEmpty: Bool { self.diffs.isEmpty }

    /// Adds a change.
    ///
    /// - Returns: False where it does not fit; nothing is added then.
    mutating func append(_ message: borrowing BinanceMessage) -> Bool {
        guard self.diffs.count < Self.mostDiffs, self.levels.count + message.levels.count <= Self.mostLevels else {
            return false
        }
        let start = self.levels.count
        for index in 0..<message.levels.count { self.levels.append(message.levels[index]) }
        self.diffs.append(
            Diff(
                firstID: message.firstID, lastID: message.lastID, previousID: message.previousID,
                venueTime: message.venueTime, levels: start..<self.levels.count))
        return true
    }

    /// Forgets all changes and gives the memory back.
    mutating func removeAll() {
        self.diffs = []
        self.levels = []
    }
}
