/// Which fields of one object have come: a field that stands twice is a fault, because which of two values holds is anybody's
/// guess.
struct BybitFieldSet {
    private var bits: UInt32 = 0

    /// Whether `field` has come.
    @inline(__always)
    func has(_ field: BybitField) -> Bool { self.bits >> field.rawValue & 1 == 1 }

    /// Notes a field.
    ///
    /// - Throws: `duplicateField` where it has come already.
    @inline(__always)
    mutating func note(_ field: BybitField, _ key: WireText) throws(WireError) {
        guard !self.has(field) else { throw WireError(.duplicateField, at: key.start) }
        self.bits |= 1 << field.rawValue
    }

    /// Whether all of `wanted` have come.
    @inline(__always)
    func hasAll(_ wanted: BybitFieldSet) -> Bool { self.bits & wanted.bits == wanted.bits }

    /// What a change or a snapshot of a book must have.
    static let book = Self(.symbol, .bids, .asks, .updateID)
    /// What a trade must have.
    static let trade = Self(.symbol, .tradeTime, .side, .quantity, .price, .tradeID)

    private init(_ fields: BybitField...) {
        for field in fields { self.bits |= 1 << field.rawValue }
    }

    /// No field.
    init() {}
}
