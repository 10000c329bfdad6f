public import TerraceCore

extension PaperVenue {
    /// Takes an event of the recorded market.
    ///
    /// - Complexity: Of a level, that of `BookTable.set`, and O(log our levels) where we have orders on its side.
    public mutating func observe(_ event: MarketEvent, at now: Timestamp) {
        switch event {
        case .snapshotBegan(let instrument):
            self.books.beginSnapshot(instrument)
            self.states[instrument.index].isSnapshot = true
            self.dropRequest(instrument.index)
        case .level(let instrument, let side, let price, let quantity):
            self.level(instrument, side, price, quantity)
        case .messageEnded(let instrument, let venueTime):
            self.clock.observe(venueTime, at: now)
            self.messageEnded(instrument, venueTime, now)
        case .trade(let instrument, let aggressor, let price, let quantity, let venueTime, _):
            self.clock.observe(venueTime, at: now)
            guard self.books.isLive(instrument), !self.states[instrument.index].isBlind else { return }
            let side = aggressor.opposite
            self.states[instrument.index].queues[side.index].trade(
                price.units, quantity.units, printTime: venueTime, bookTime: self.states[instrument.index].bookTime,
                at: now, into: &self.fills)
            self.bookFills(instrument.index, side, now)
        case .bookLost(let instrument):
            self.lose(instrument)
        }
    }

    private mutating func level(_ instrument: InstrumentIndex, _ side: Side, _ price: Price, _ quantity: Quantity) {
        let index = instrument.index
        switch self.books.set(instrument, side, price, quantity) {
        case .applied: break
        case .ignored: return
        case .offTick, .outOfRange: return self.lose(instrument)
        }
        if !self.states[index].queues[side.index].isEmpty {
            self.states[index].queues[side.index].mention(price.units, quantity.units)
        }
        // What is left of a level that met us is what we have met, until the level grows: it is used once.
        if !self.states[index].used[side.index].isEmpty, !self.states[index].isSnapshot {
            self.limitUsed(index, side, price.units, quantity.units)
        }
    }

    private mutating func limitUsed(_ index: Int, _ side: Side, _ price: Int64, _ quantity: Int64) {
        let place = self.states[index].used[side.index].firstIndex { $0.price == price }
        guard let place else { return }
        if quantity == 0 {
            self.states[index].used[side.index].remove(at: place)
        } else {
            let used = self.states[index].used[side.index][place].quantity
            self.states[index].used[side.index][place].quantity = min(used, quantity)
        }
    }

    private mutating func messageEnded(_ instrument: InstrumentIndex, _ venueTime: Timestamp, _ now: Timestamp) {
        let index = instrument.index
        guard self.books.endMessage(instrument, at: now).isLive else { return }
        self.states[index].heardAt = now
        if venueTime > self.states[index].bookTime { self.states[index].bookTime = venueTime }
        if self.states[index].isSnapshot {
            self.states[index].isSnapshot = false
            self.states[index].isBlind = venueTime == .distantPast && self.states[index].bookTime != .distantPast
            self.restart(instrument)
        } else {
            self.states[index].isBlind = false
            for side in Side.allCases where !self.states[index].queues[side.index].isEmpty {
                self.states[index].queues[side.index].settle(bookTime: self.states[index].bookTime, at: now)
            }
        }
        for side in Side.allCases where !self.states[index].queues[side.index].isEmpty {
            self.cross(instrument, side, now)
        }
    }

    /// A snapshot is whole: places in queues, and what displayed levels have given us, can only have become less.
    private mutating func restart(_ instrument: InstrumentIndex) {
        let index = instrument.index
        for side in Side.allCases {
            for level in self.states[index].queues[side.index].levels.indices {
                let price = self.states[index].queues[side.index].levels[level].price
                let shown = self.books.quantity(instrument, side, Price(units: price)).units
                self.states[index].queues[side.index].restart(level: level, shown: shown)
            }
            for used in self.states[index].used[side.index] {
                let shown = self.books.quantity(instrument, side, Price(units: used.price)).units
                self.limitUsed(index, side, used.price, shown)
            }
        }
    }

    private mutating func lose(_ instrument: InstrumentIndex) {
        _ = self.books.lose(instrument)
        self.states[instrument.index].isSnapshot = false
        for side in Side.allCases { self.states[instrument.index].queues[side.index].forgetMessage() }
    }

    /// Our orders on `side` meet what the recorded other side displays at or through their prices.
    private mutating func cross(_ instrument: InstrumentIndex, _ side: Side, _ now: Timestamp) {
        let index = instrument.index
        let touch = self.books.touch(instrument)
        // A recorded book that crosses itself is bad data, or a venue between two states: nothing is filled by it.
        if touch.isCrossed { return }
        let other = side.opposite
        var position = 0
        while let level = self.books.level(instrument, other, position) {
            let best = self.states[index].queues[side.index].best
            let price = level.price.units
            if best == 0 || (side == .bid ? price > best : price < best) { break }
            position += 1
            let place = self.states[index].used[other.index].firstIndex { $0.price == price }
            let used = place.map { self.states[index].used[other.index][$0].quantity } ?? 0
            let available = level.quantity.units - used
            if available <= 0 { continue }
            let taken = self.states[index].queues[side.index].meet(price, available, into: &self.fills)
            if let place {
                self.states[index].used[other.index][place].quantity += taken
            } else {
                self.states[index].used[other.index].append((price, taken))
            }
        }
        self.bookFills(index, side, now)
    }

    /// Moves the coins, charges the maker's fee, and reports.
    private mutating func bookFills(_ instrument: Int, _ side: Side, _ now: Timestamp) {
        if self.fills.isEmpty { return }
        let definition = self.instruments[instrument]
        for fill in self.fills {
            let price = Price(units: fill.price)
            let (reservedAsset, released) = definition.cost(side, fill.price, fill.quantity)
            self.account.reserve(reservedAsset, -released)
            let base = definition.units.amount(of: Quantity(units: fill.quantity))
            let quote = definition.units.amount(of: Notional(of: Quantity(units: fill.quantity), at: price))
            self.account.add(definition.base, side == .bid ? base : -base)
            self.account.add(definition.quote, side == .bid ? -quote : quote)
            let (fee, asset) = definition.fee(
                definition.rules.makerFee, side, price, fill.quantity, chargesReceivedCoin: self.chargesReceivedCoin)
            self.account.add(asset, -fee)
            if fill.isLast { self.account.end(fill.client, filled: fill.cumulative) }
            self.fillCount += 1
            let told = Fill(
                trade: self.fillCount, side: side, price: price, quantity: Quantity(units: fill.quantity), fee: fee,
                feeAsset: asset, isMaker: true, cumulative: Quantity(units: fill.cumulative))
            self.ledger.book(told, of: fill.client, on: instrument, definition)
            self.report(instrument, fill.client, .filled(told), now)
        }
        self.fills.removeAll(keepingCapacity: true)
    }

    // MARK: Snapshots for the engine

    /// Appends the recorded book of each instrument of which a snapshot was asked for, as a message to the engine.
    ///
    /// A recording can't be asked; but where its book is whole and a message has continued it since the reply could have come,
    /// it is what a venue would have answered. A silent book is not: the request waits until the instrument is heard of.
    /// Call it between messages.
    public mutating func answerSnapshots(into events: inout [Event]) {
        if self.snapshotsAsked == 0 { return }
        for index in self.states.indices {
            guard let asked = self.states[index].snapshotAskedAt, self.books.isLive(Self.index(index)),
                self.states[index].heardAt >= asked.advanced(by: self.latency)
            else { continue }
            self.dropRequest(index)
            let instrument = Self.index(index)
            events.append(.market(.snapshotBegan(instrument)))
            for side in Side.allCases {
                self.books.forEachLevel(instrument, side) { level in
                    events.append(.market(.level(instrument, side, level.price, level.quantity)))
                }
            }
            events.append(.market(.messageEnded(instrument, venueTime: self.states[index].bookTime)))
        }
    }

    private mutating func dropRequest(_ index: Int) {
        if self.states[index].snapshotAskedAt != nil { self.snapshotsAsked -= 1 }
        self.states[index].snapshotAskedAt = nil
    }
}
