public import TerraceCore

extension WireScanner {
    /// Reads levels of one side as most venues write them, `[["price","quantity"],...]`, and adds them to `levels`.
    ///
    /// Values after the quantity (order counts, older venues' empty lists) are skipped.
    ///
    /// - Parameter levels: What has been read before a fault is in there too; the caller drops it.
    /// - Throws: Also `tooManyLevels` when `levels` would pass `WireLimits.levels`, and `zero` for a price of zero.
    /// - Complexity: O(length); allocates only while `levels` grows.
    @inline(__always)
    public mutating func levels(
        _ bytes: Span<UInt8>, side: Side, price priceUnit: DecimalUnit, quantity quantityUnit: DecimalUnit,
        into levels: inout LevelBuffer
    ) throws(WireError) {
        // A copy of the place stays in a register; the plain reader, which can't be inlined, gets one of its own.
        var place = self
        defer { self = place }
        try place.take("[", bytes, else: .array)
        if place.takes("]", bytes) { return }
        var priceShape = DecimalShape()
        var quantityShape = DecimalShape()
        repeat {
            guard levels.count < WireLimits.levels else { throw place.error(.tooManyLevels) }
            let start = place.position
            let level = place.compactLevel(
                bytes, side: side, price: priceUnit, quantity: quantityUnit, &priceShape, &quantityShape)
            if level.price.units > 0 {
                levels.append(level)
            } else {
                var plain = WireScanner(at: start)
                defer { place.position = plain.position }
                levels.append(try plain.anyLevel(bytes, side: side, price: priceUnit, quantity: quantityUnit))
            }
        } while try place.continues(until: "]", bytes)
    }

    /// Reads `["price","quantity"]` without blanks.
    ///
    /// - Returns: The level, or one with a price of zero or less where it is written otherwise; the place is then undefined.
    @inline(__always)
    private mutating func compactLevel(
        _ bytes: Span<UInt8>, side: Side, price priceUnit: DecimalUnit, quantity quantityUnit: DecimalUnit,
        _ priceShape: inout DecimalShape, _ quantityShape: inout DecimalShape
    ) -> MarketLevel {
        let none = MarketLevel(side: side, price: Price(units: -1), quantity: .zero)
        var place = self.position
        guard bytes.count &- place > 2, bytes[place] == UInt8(ascii: "["), bytes[place &+ 1] == UInt8(ascii: "\"")
        else { return none }
        self.position = place &+ 2
        let price = self.quotedDecimal(bytes, unit: priceUnit, shape: &priceShape)
        guard price > 0 else { return none }
        place = self.position
        guard bytes.count &- place > 2, bytes[place] == UInt8(ascii: ","), bytes[place &+ 1] == UInt8(ascii: "\"")
        else { return none }
        self.position = place &+ 2
        let quantity = self.quotedDecimal(bytes, unit: quantityUnit, shape: &quantityShape)
        guard quantity >= 0, self.peek(bytes) == UInt8(ascii: "]") else { return none }
        self.position &+= 1
        return MarketLevel(side: side, price: Price(units: price), quantity: Quantity(units: quantity))
    }

    /// Reads a level with blanks, numbers, unusual numbers or further values; finds out what is wrong with it.
    @inline(never)
    private mutating func anyLevel(
        _ bytes: Span<UInt8>, side: Side, price priceUnit: DecimalUnit, quantity quantityUnit: DecimalUnit
    ) throws(WireError) -> MarketLevel {
        try self.take("[", bytes, else: .array)
        let start = self.position
        let price = try self.decimal(bytes, unit: priceUnit)
        guard price > 0 else { throw WireError(.zero, at: start) }
        try self.take(",", bytes, else: .separator)
        let quantity = try self.decimal(bytes, unit: quantityUnit)
        while try self.continues(until: "]", bytes) { try self.skipValue(bytes) }
        return MarketLevel(side: side, price: Price(units: price), quantity: Quantity(units: quantity))
    }
}
