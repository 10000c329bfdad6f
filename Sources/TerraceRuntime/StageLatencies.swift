public import Histogram

/// The latency histograms of a shard, one a stage, in nanoseconds.
public struct StageLatencies: Sendable {
    /// From when a message was due at our end to when the shard took it in.
    public var arrival = Self.empty
    /// From taking a batch of events in to having applied them to the books.
    public var apply = Self.empty
    /// The evaluation of what the batch made ready, and the sending of what follows.
    public var evaluate = Self.empty
    /// From taking in the oldest update or report that it serves to handing a command to its connection, waits included.
    public var updateToCommand = Self.empty

    /// Nothing recorded.
    public init() {}

    private static var empty: Histogram<UInt32> {
        // Three digits from a nanosecond to ten seconds.
        Histogram<UInt32>(
            lowestDiscernibleValue: 1, highestTrackableValue: 10_000_000_000, numberOfSignificantValueDigits: .two)
    }

    /// The stages with their names in reports.
    public var stages: [(name: String, histogram: Histogram<UInt32>)] {
        [
            ("arrival", self.arrival), ("apply", self.apply), ("evaluate", self.evaluate),
            ("update_to_command", self.updateToCommand),
        ]
    }
}
