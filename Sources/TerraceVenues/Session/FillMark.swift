/// Up to where a venue has told every fill of ours on an instrument: from there on a restart asks.
public struct FillMark: Sendable, Equatable {
    /// All up to and including this number, where the venue numbers trades and has told one.
    public var through: UInt64?
    /// All before this moment, in the venue's milliseconds since 1970.
    public var milliseconds: Int64

    /// Every fill through a number and before a moment.
    public init(through: UInt64?, milliseconds: Int64) {
        self.through = through
        self.milliseconds = milliseconds
    }
}
