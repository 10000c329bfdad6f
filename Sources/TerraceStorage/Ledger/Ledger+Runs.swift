import TerraceCore

extension Ledger {
    /// A run begins (`isNew`), or its strategies changed: from now on indices stand for what `run` says.
    ///
    /// When a run begins every order that may stand is unknown until its venue is asked. Positions and orders are told in the
    /// run's units, exactly.
    ///
    /// - Throws: where the run can't go on from here. The ledger is as it was then.
    public mutating func begin(_ run: RunDescription, isNew: Bool) throws(LedgerError) {
        var next = self
        try next.take(run, isNew: isNew)
        self = next
    }

    private mutating func take(_ run: RunDescription, isNew: Bool) throws(LedgerError) {
        if let instance = self.instance, instance != run.instance {
            throw .otherInstance(recorded: instance, asked: run.instance)
        }
        self.instance = run.instance
        let instruments = try self.instruments(of: run)
        var units: [String: Units] = [:]
        for instrument in instruments {
            if let other = units[instrument.symbol], other != instrument.units {
                throw .badRun("\(instrument.symbol) has different units at different venues")
            }
            units[instrument.symbol] = instrument.units
        }
        try self.convertOrders(to: units)
        try self.convertStrategies(to: units)
        // Those too that this run does not have: what is open there is told in the same units as the rest of its pair.
        for place in self.instruments.indices {
            if let units = units[self.instruments[place].symbol] { self.instruments[place].units = units }
        }
        var map = LedgerRun(
            instance: run.instance, venues: run.venues, instruments: instruments, coins: run.coins,
            coinPlaces: run.coins.map { self.place(ofCoin: $0) }, strategies: [], byHash: [:])
        for strategy in run.strategies {
            if isNew { try self.refuseMoveWithOrders(of: strategy) }
            let place = try self.place(of: strategy, units[strategy.symbol])
            map.strategies.append(place)
            map.byHash[strategy.hash] = place
        }
        self.run = map
        self.description = run
        if isNew { for id in Array(self.open.keys) { _ = self.open[id]?.order.expire() } }
    }

    private mutating func instruments(of run: RunDescription) throws(LedgerError) -> [LedgerRun.Instrument] {
        var places: [String: Int] = [:]
        for (place, instrument) in self.instruments.enumerated() {
            places[instrument.venue + " " + instrument.symbol] = place
        }
        var all: [LedgerRun.Instrument] = []
        for instrument in run.instruments {
            guard instrument.venue >= 0, instrument.venue < run.venues.count else {
                throw .badRun("instrument \(instrument.symbol) is at venue \(instrument.venue) of \(run.venues.count)")
            }
            let parts = instrument.symbol.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .badRun("\"\(instrument.symbol)\" is no pair, such as BERA/USDT") }
            let units: Units
            do {
                units = try Units(
                    priceExponent: instrument.priceExponent, quantityExponent: instrument.quantityExponent)
            } catch {
                throw .badRun("\(instrument.symbol): \(error)")
            }
            let venue = run.venues[instrument.venue]
            let key = venue + " " + instrument.symbol
            if places[key] == nil {
                places[key] = self.instruments.count
                self.instruments.append(Instrument(venue: venue, symbol: instrument.symbol, units: units))
            }
            all.append(
                LedgerRun.Instrument(
                    place: places[key] ?? 0, venue: venue, symbol: instrument.symbol, base: String(parts[0]),
                    quote: String(parts[1]), units: units))
        }
        return all
    }

    /// The place of a coin; it is given one where it is new.
    mutating func place(ofCoin coin: String) -> Int {
        if let place = self.coins.firstIndex(of: coin) { return place }
        self.coins.append(coin)
        return self.coins.count - 1
    }

    /// Fills of an order that may stand in another pair would belong to nobody.
    private func refuseMoveWithOrders(of strategy: RunDescription.Strategy) throws(LedgerError) {
        guard let known = self.strategies.first(where: { $0.id == strategy.id }), known.symbol != strategy.symbol,
            self.open.values.contains(where: {
                $0.order.id.strategy == known.hash && self.instruments[$0.instrument].symbol == known.symbol
            })
        else { return }
        throw .strategyMoved(id: strategy.id, from: known.symbol, to: strategy.symbol)
    }

    private mutating func place(
        of strategy: RunDescription.Strategy, _ units: Units?
    ) throws(LedgerError) -> Int {
        guard let place = self.strategies.firstIndex(where: { $0.id == strategy.id }) else {
            self.strategies.append(
                LedgerStrategy(
                    id: strategy.id, hash: strategy.hash, symbol: strategy.symbol, units: units ?? .standard))
            return self.strategies.count - 1
        }
        let known = self.strategies[place]
        if known.symbol != strategy.symbol {
            guard known.isFlat else {
                throw .strategyMoved(id: strategy.id, from: known.symbol, to: strategy.symbol)
            }
            self.strategies[place] = LedgerStrategy(
                id: strategy.id, hash: strategy.hash, symbol: strategy.symbol, units: units ?? .standard)
        }
        self.strategies[place].hash = strategy.hash
        return place
    }

    // MARK: Units

    private mutating func convertStrategies(to units: [String: Units]) throws(LedgerError) {
        for place in self.strategies.indices {
            let strategy = self.strategies[place]
            guard let new = units[strategy.symbol], new != strategy.units else { continue }
            let scale = UnitScale(from: strategy.units, to: new)
            guard let total = scale.position(strategy.total), let opening = scale.quantity(strategy.opening),
                let openingPrice = scale.price(strategy.openingPrice)
            else { throw scale.error("the position of \(strategy.id)", strategy.symbol) }
            self.strategies[place].total = total
            self.strategies[place].opening = opening
            self.strategies[place].openingPrice = openingPrice
            for share in strategy.shares.indices {
                guard let position = scale.position(strategy.shares[share].position) else {
                    throw scale.error(
                        "the position of \(strategy.id) at \(strategy.shares[share].venue)", strategy.symbol)
                }
                self.strategies[place].shares[share].position = position
            }
            self.strategies[place].units = new
        }
    }

    /// Orders are in the units of the latest run that knew their instrument.
    private mutating func convertOrders(to units: [String: Units]) throws(LedgerError) {
        for (id, open) in self.open {
            let symbol = self.instruments[open.instrument].symbol
            let from = self.instruments[open.instrument].units
            guard let to = units[symbol], from != to else { continue }
            let scale = UnitScale(from: from, to: to)
            guard let order = scale.order(open.order) else { throw scale.error("an order", symbol) }
            self.open[id]?.order = order
        }
    }
}
