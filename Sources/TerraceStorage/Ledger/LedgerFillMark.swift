/// Up to where a venue has told all our fills on an instrument.
public struct LedgerFillMark: Sendable, Equatable {
    /// The venue.
    public var venue: String
    /// The pair.
    public var symbol: String
    /// All trades up to and including this number are known, where the venue numbers them.
    public var through: UInt64?
    /// All trades up to this moment are known, in the venue's milliseconds since 1970.
    public var milliseconds: Int64
}
