internal import TerraceCore

/// What updates and snapshots carry, and how it is read: exponents, levels, trades.
enum BookMessage {
    /// A public trade.
    struct Trade: Equatable {
        var aggressor: Side
        var price: Price
        var quantity: Quantity
        var venueTime: Timestamp
        var id: UInt64
    }

    /// Appends the events of an update or a snapshot, or nothing where it throws.
    ///
    /// - Throws: `BusFault.malformed`, or `foreignUnits` where a number can't be counted in `units`.
    /// - Complexity: O(levels + trades); does not allocate unless `deliveries` grows.
    static func read(
        _ bytes: Span<UInt8>, _ head: BusMessage, of instrument: InstrumentIndex, in units: Units, at now: Timestamp,
        into deliveries: inout [Delivery]
    ) throws(BusFault) {
        let before = deliveries.count
        do {
            try self.readAll(bytes, head, of: instrument, in: units, at: now, into: &deliveries)
        } catch {
            deliveries.removeLast(deliveries.count - before)
            throw error
        }
    }

    private static func readAll(
        _ bytes: Span<UInt8>, _ head: BusMessage, of instrument: InstrumentIndex, in units: Units, at now: Timestamp,
        into deliveries: inout [Delivery]
    ) throws(BusFault) {
        func deliver(_ event: MarketEvent) { deliveries.append(Delivery(at: now, event: .market(event))) }
        var cursor = BusCursor()
        let priceExponent = Int(Int8(bitPattern: try cursor.byte(bytes)))
        let quantityExponent = Int(Int8(bitPattern: try cursor.byte(bytes)))
        let foreign = BusFault.foreignUnits(price: priceExponent, quantity: quantityExponent)
        guard let prices = Rescale(from: priceExponent, to: units.priceExponent),
            let quantities = Rescale(from: quantityExponent, to: units.quantityExponent)
        else { throw foreign }
        var venueTime = Timestamp.distantPast
        if head.has(BusMessage.hasVenueTime) {
            venueTime = try self.time(head, before: try cursor.signed(bytes))
        }
        let isSnapshot = head.kind == .snapshot
        if isSnapshot { deliver(.snapshotBegan(instrument)) }
        let bids = try cursor.count(bytes, ofAtLeast: 2)
        let asks = try cursor.count(bytes, ofAtLeast: 2)
        var last: Int64 = 0
        for number in 0..<bids + asks {
            if number == bids { last = 0 }
            last &+= try cursor.signed(bytes)
            let counted = Int64(truncatingIfNeeded: try cursor.number(bytes))
            guard let price = prices.apply(last, limit: Price.limit), price > 0,
                let quantity = quantities.apply(counted, limit: Quantity.limit)
            else { throw foreign }
            deliver(.level(instrument, number < bids ? .bid : .ask, Price(units: price), Quantity(units: quantity)))
        }
        if isSnapshot || bids + asks > 0 { deliver(.messageEnded(instrument, venueTime: venueTime)) }
        if !isSnapshot {
            last = 0
            for _ in 0..<(try cursor.count(bytes, ofAtLeast: 4)) {
                let marks = try cursor.byte(bytes)
                guard marks < 4 else { throw .malformed }
                last &+= try cursor.signed(bytes)
                let counted = Int64(truncatingIfNeeded: try cursor.number(bytes))
                var at = Timestamp.distantPast
                if marks & 2 != 0 { at = try self.time(head, before: try cursor.signed(bytes)) }
                let id = try cursor.number(bytes)
                guard let price = prices.apply(last, limit: Price.limit),
                    let quantity = quantities.apply(counted, limit: Quantity.limit)
                else { throw foreign }
                deliver(
                    .trade(
                        instrument, aggressor: marks & 1 == 0 ? .bid : .ask, Price(units: price),
                        Quantity(units: quantity), venueTime: at, id: id))
            }
        }
        try cursor.end(bytes)
    }

    /// So long before the message was published.
    private static func time(_ head: BusMessage, before nanoseconds: Int64) throws(BusFault) -> Timestamp {
        let (time, overflow) = head.time.subtractingReportingOverflow(nanoseconds)
        guard !overflow, BusMessage.isTime(time) else { throw .malformed }
        return Timestamp(nanoseconds: time)
    }
}
