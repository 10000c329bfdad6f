import TerraceCore

extension Ledger {
    /// The version of what `encode` writes.
    static let version: UInt8 = 1

    /// Writes everything but the run. Two ledgers that know the same write the same bytes.
    func encode(into buffer: inout JournalBuffer) {
        buffer.byte(Self.version)
        buffer.flag(self.instance != nil)
        buffer.fixed(self.instance ?? 0)
        buffer.varint(self.highestSequence)
        buffer.varint(UInt64(self.coins.count))
        for coin in self.coins { buffer.text(coin) }
        buffer.varint(UInt64(self.instruments.count))
        for instrument in self.instruments {
            buffer.text(instrument.venue)
            buffer.text(instrument.symbol)
            Self.encode(instrument.units, into: &buffer)
            buffer.byte((instrument.hasMark ? 1 : 0) | (instrument.through != nil ? 2 : 0))
            if instrument.hasMark { buffer.signed(instrument.milliseconds) }
            if let through = instrument.through { buffer.varint(through) }
        }
        buffer.varint(UInt64(self.strategies.count))
        for strategy in self.strategies { Self.encode(strategy, into: &buffer) }
        let losses = self.coins.indices.filter { self.lossBaselines[$0] != nil || self.stoppedCoins.contains($0) }
        buffer.varint(UInt64(losses.count))
        for coin in losses {
            buffer.varint(UInt64(coin))
            buffer.byte((self.lossBaselines[coin] != nil ? 1 : 0) | (self.stoppedCoins.contains(coin) ? 2 : 0))
            buffer.wide(self.lossBaselines[coin, default: .zero].units)
        }
        let open = self.open.values.sorted { ($0.order.id.high, $0.order.id.low) < ($1.order.id.high, $1.order.id.low) }
        buffer.varint(UInt64(open.count))
        for order in open { Self.encode(order, into: &buffer) }
        let ended = self.ended[self.oldestEnded...] + self.ended[..<self.oldestEnded]
        buffer.varint(UInt64(ended.count))
        for order in ended {
            buffer.order(order.id)
            buffer.flag(order.isAcknowledged)
        }
        let seen = self.seen.all
        buffer.varint(UInt64(seen.count))
        for fill in seen {
            buffer.varint(UInt64(fill.instrument))
            buffer.varint(fill.trade)
        }
    }

    private static func encode(_ units: Units, into buffer: inout JournalBuffer) {
        buffer.signed(Int64(units.priceExponent))
        buffer.signed(Int64(units.quantityExponent))
    }

    private static func encode(_ strategy: LedgerStrategy, into buffer: inout JournalBuffer) {
        buffer.text(strategy.id)
        buffer.fixed(strategy.hash)
        buffer.text(strategy.symbol)
        Self.encode(strategy.units, into: &buffer)
        buffer.byte((strategy.isSeeded ? 1 : 0) | (strategy.isStopped ? 2 : 0))
        buffer.quantity(strategy.opening)
        buffer.price(strategy.openingPrice)
        buffer.wide(strategy.lossBaseline.units)
        Self.encode(strategy.total, into: &buffer)
        buffer.varint(UInt64(strategy.shares.count))
        for share in strategy.shares {
            buffer.text(share.venue)
            Self.encode(share.position, into: &buffer)
            buffer.varint(share.fills.count)
            buffer.fixed(share.fills.digest)
        }
    }

    private static func encode(_ position: Position, into buffer: inout JournalBuffer) {
        buffer.quantity(position.quantity)
        buffer.wide(position.cost.units)
        buffer.wide(position.realised.units)
        buffer.wide(position.fees.units)
        buffer.wide(position.volume.units)
        buffer.wide(position.feeRemainder.units)
        buffer.varint(UInt64(position.thirdFees.count))
        for fee in position.thirdFees {
            buffer.varint(UInt64(fee.asset.raw))
            buffer.wide(fee.amount.units)
        }
    }

    private static func encode(_ open: Open, into buffer: inout JournalBuffer) {
        buffer.varint(UInt64(open.instrument))
        buffer.order(open.order.id)
        buffer.byte(open.order.state.rawValue)
        buffer.byte(
            open.order.side.rawValue | (open.order.isAcknowledged ? 2 : 0) | (open.order.isEnded ? 4 : 0))
        buffer.price(open.order.price)
        buffer.quantity(open.order.quantity)
        buffer.quantity(open.order.filled)
        buffer.price(open.order.pendingPrice)
        buffer.quantity(open.order.pendingQuantity)
    }

    // MARK: Reading

    init(_ bytes: inout JournalBytes) throws(MalformedBytes) {
        self.init()
        let version = try bytes.byte()
        guard version == Self.version else { throw MalformedBytes(what: "a ledger of version \(version)") }
        let hasInstance = try bytes.flag()
        let instance: UInt32 = try bytes.fixed()
        self.instance = hasInstance ? instance : nil
        self.highestSequence = try bytes.varint()
        for _ in 0..<(try bytes.count()) { self.coins.append(try bytes.text()) }
        for _ in 0..<(try bytes.count(ofSize: 5)) { self.instruments.append(try Self.instrument(&bytes)) }
        for _ in 0..<(try bytes.count(ofSize: 20)) { self.strategies.append(try Self.strategy(&bytes)) }
        for _ in 0..<(try bytes.count(ofSize: 3)) {
            let coin = try bytes.number(below: self.coins.count)
            let flags = try bytes.byte()
            let baseline = Amount(units: try bytes.wide())
            if flags & 1 != 0 { self.lossBaselines[coin] = baseline }
            if flags & 2 != 0 { self.stoppedCoins.insert(coin) }
        }
        for _ in 0..<(try bytes.count(ofSize: 24)) {
            let open = try Self.open(&bytes, instruments: self.instruments.count)
            self.open[open.order.id] = open
        }
        for _ in 0..<(try bytes.count(ofSize: 17)) {
            let id = try bytes.order()
            self.remember(Ended(id: id, isAcknowledged: try bytes.flag()))
        }
        for _ in 0..<(try bytes.count(ofSize: 2)) {
            let instrument = try bytes.number(below: self.instruments.count)
            let trade = try bytes.varint()
            _ = self.seen.insert(SeenFills.Key(instrument: UInt32(truncatingIfNeeded: instrument), trade: trade))
        }
    }

    private static func units(_ bytes: inout JournalBytes) throws(MalformedBytes) -> Units {
        let price = try bytes.number(in: -64...64)
        let quantity = try bytes.number(in: -64...64)
        guard let units = try? Units(priceExponent: price, quantityExponent: quantity) else {
            throw MalformedBytes(what: "units of 10^\(price) and 10^\(quantity)")
        }
        return units
    }

    private static func instrument(_ bytes: inout JournalBytes) throws(MalformedBytes) -> Instrument {
        let venue = try bytes.text()
        let symbol = try bytes.text()
        var instrument = Instrument(venue: venue, symbol: symbol, units: try Self.units(&bytes))
        let flags = try bytes.byte()
        instrument.hasMark = flags & 1 != 0
        if instrument.hasMark { instrument.milliseconds = try bytes.signed() }
        if flags & 2 != 0 { instrument.through = try bytes.varint() }
        return instrument
    }

    private static func strategy(_ bytes: inout JournalBytes) throws(MalformedBytes) -> LedgerStrategy {
        let id = try bytes.text()
        let hash: UInt32 = try bytes.fixed()
        let symbol = try bytes.text()
        var strategy = LedgerStrategy(id: id, hash: hash, symbol: symbol, units: try Self.units(&bytes))
        let flags = try bytes.byte()
        strategy.isSeeded = flags & 1 != 0
        strategy.isStopped = flags & 2 != 0
        strategy.opening = try bytes.quantity()
        strategy.openingPrice = try bytes.price()
        strategy.lossBaseline = Amount(units: try bytes.wide())
        strategy.total = try Self.position(&bytes)
        for _ in 0..<(try bytes.count(ofSize: 17)) {
            var share = LedgerStrategy.Share(venue: try bytes.text())
            share.position = try Self.position(&bytes)
            let count = try bytes.varint()
            share.fills = FillTally(count: count, digest: try bytes.fixed())
            strategy.shares.append(share)
        }
        return strategy
    }

    private static func position(_ bytes: inout JournalBytes) throws(MalformedBytes) -> Position {
        let quantity = try bytes.quantity()
        guard (-(1 << 61)...(1 << 61)).contains(quantity.units) else {
            throw MalformedBytes(what: "a position of \(quantity.units) units")
        }
        let cost = Notional(units: try Self.amount(&bytes))
        let realised = Notional(units: try Self.amount(&bytes))
        let fees = Amount(units: try Self.amount(&bytes))
        let volume = Notional(units: try Self.amount(&bytes))
        let feeRemainder = Amount(units: try Self.amount(&bytes))
        var thirdFees: [(asset: AssetIndex, amount: Amount)] = []
        for _ in 0..<(try bytes.count(ofSize: 2)) {
            let asset = try bytes.asset()
            thirdFees.append((asset, Amount(units: try Self.amount(&bytes))))
        }
        return Position(
            quantity: quantity, cost: cost, realised: realised, fees: fees, thirdFees: thirdFees, volume: volume,
            feeRemainder: feeRemainder)
    }

    /// An amount to which those of fills can be added without an overflow.
    private static func amount(_ bytes: inout JournalBytes) throws(MalformedBytes) -> Int128 {
        let units = try bytes.wide()
        guard units.magnitude <= 1 << 125 else { throw MalformedBytes(what: "an amount of \(units) units") }
        return units
    }

    /// A quantity of an order, to which those of fills can be added without an overflow.
    private static func quantity(_ bytes: inout JournalBytes) throws(MalformedBytes) -> Quantity {
        let quantity = try bytes.quantity()
        guard quantity.units.magnitude <= 1 << 61 else {
            throw MalformedBytes(what: "an order of \(quantity.units) units")
        }
        return quantity
    }

    private static func open(_ bytes: inout JournalBytes, instruments: Int) throws(MalformedBytes) -> Open {
        let instrument = try bytes.number(below: instruments)
        let id = try bytes.order()
        let raw = try bytes.byte()
        guard let state = OrderState(rawValue: raw) else { throw MalformedBytes(what: "\(raw) is no state") }
        let flags = try bytes.byte()
        let price = try bytes.price()
        let quantity = try Self.quantity(&bytes)
        let filled = try Self.quantity(&bytes)
        let pendingPrice = try bytes.price()
        return Open(
            instrument: instrument,
            order: WorkingOrder(
                state: state, side: flags & 1 == 0 ? .bid : .ask, id: id, price: price, quantity: quantity,
                filled: filled, pendingPrice: pendingPrice, pendingQuantity: try Self.quantity(&bytes),
                isAcknowledged: flags & 2 != 0, isEnded: flags & 4 != 0))
    }
}
