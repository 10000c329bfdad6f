extension RunDescription {
    func encode(into buffer: inout JournalBuffer) {
        buffer.fixed(self.instance)
        buffer.text(self.mode)
        buffer.text(self.program)
        buffer.varint(UInt64(self.venues.count))
        for venue in self.venues { buffer.text(venue) }
        buffer.varint(UInt64(self.coins.count))
        for coin in self.coins { buffer.text(coin) }
        buffer.varint(UInt64(self.instruments.count))
        for instrument in self.instruments {
            buffer.signed(Int64(instrument.venue))
            buffer.text(instrument.symbol)
            buffer.signed(Int64(instrument.priceExponent))
            buffer.signed(Int64(instrument.quantityExponent))
        }
        buffer.varint(UInt64(self.strategies.count))
        for strategy in self.strategies {
            buffer.text(strategy.id)
            buffer.fixed(strategy.hash)
            buffer.text(strategy.symbol)
            buffer.text(strategy.configuration)
        }
    }

    init(_ bytes: inout JournalBytes) throws(MalformedBytes) {
        let instance: UInt32 = try bytes.fixed()
        let mode = try bytes.text()
        let program = try bytes.text()
        var venues: [String] = []
        for _ in 0..<(try bytes.count()) { venues.append(try bytes.text()) }
        var coins: [String] = []
        for _ in 0..<(try bytes.count()) { coins.append(try bytes.text()) }
        var instruments: [Instrument] = []
        for _ in 0..<(try bytes.count(ofSize: 4)) {
            let venue = try bytes.number(in: 0...max(0, venues.count - 1))
            let symbol = try bytes.text()
            let price = try bytes.number(in: -64...64)
            let quantity = try bytes.number(in: -64...64)
            instruments.append(
                Instrument(venue: venue, symbol: symbol, priceExponent: price, quantityExponent: quantity))
        }
        if venues.isEmpty, !instruments.isEmpty { throw MalformedBytes(what: "an instrument is at no venue") }
        var strategies: [Strategy] = []
        for _ in 0..<(try bytes.count(ofSize: 7)) {
            let id = try bytes.text()
            let hash: UInt32 = try bytes.fixed()
            let symbol = try bytes.text()
            strategies.append(Strategy(id: id, hash: hash, symbol: symbol, configuration: try bytes.text()))
        }
        self.init(
            instance: instance, mode: mode, program: program, venues: venues, coins: coins,
            instruments: instruments, strategies: strategies)
    }
}
