/// About how much memory a desk takes in one process.
///
/// Reckoned from what `terrace bench engine` measured on feeds of 100 and of 500 pairs on 4 venues, as resident memory before
/// and after: 10,006 to 11,673 bytes an instrument with a full book, 15,908 to 16,506 bytes a strategy of 24 slots, and 22 MB
/// for the process itself. Simulated venues, which `terrace demo` runs in the same process, are not in it.
public struct MemoryEstimate: Hashable, Sendable {
    /// What the process takes without any pair.
    public static let processBytes = 22_000_000
    /// What an instrument takes: its book, volumes and state.
    public static let instrumentBytes = 12_000
    /// What a slot takes, with its share of its strategy.
    public static let slotBytes = 700

    /// How many instruments there are.
    public let instruments: Int
    /// How many slots there are.
    public let slots: Int

    /// The whole.
    public var bytes: Int {
        Self.processBytes + self.instruments * Self.instrumentBytes + self.slots * Self.slotBytes
    }
}
