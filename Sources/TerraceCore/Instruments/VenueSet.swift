/// A set of venues as a bitmask: bit i stands for the venue with index i.
public struct VenueSet: Hashable, Sendable {
    /// The mask.
    public var bits: UInt64

    /// The set with this mask.
    public init(bits: UInt64 = 0) { self.bits = bits }

    /// The set of one venue.
    public init(_ venue: VenueIndex) { self.bits = 1 << UInt64(venue.raw) }

    /// No venue.
    public static let none = VenueSet(bits: 0)
    /// All 64.
    public static let all = VenueSet(bits: .max)

    /// Whether the set holds no venue.
    public var isEmpty: Bool { self.bits == 0 }
    /// How many venues the set holds.
    public var count: Int { self.bits.nonzeroBitCount }

    /// Whether the set holds `venue`.
    public func contains(_ venue: VenueIndex) -> Bool { (self.bits >> UInt64(venue.raw)) & 1 == 1 }
    /// Adds `venue`.
    public mutating func insert(_ venue: VenueIndex) { self.bits |= 1 << UInt64(venue.raw) }
    /// Takes `venue` out.
    public mutating func remove(_ venue: VenueIndex) { self.bits &= ~(1 << UInt64(venue.raw)) }
    /// The venues in both sets.
    public func intersection(_ other: VenueSet) -> VenueSet { VenueSet(bits: self.bits & other.bits) }
    /// The venues in either set.
    public func union(_ other: VenueSet) -> VenueSet { VenueSet(bits: self.bits | other.bits) }
}
