import TerraceCore
import Testing

/// Drives a table and its twin with one stream and compares all that can be asked after every event.
private struct Duel: ~Copyable {
    var table: BookTable
    let twin = BookTwin()
    var stream: BookStream
    let scene: BookScene
    let pair: PairIndex
    var mid: Int64
    var time: Int64 = 1_000_000_000
    var midMessage = false
    var ownMoved = false  // Our orders changed within a message, so a touch may have moved and moved back.
    var lastTop: [ConsolidatedLevel] = []

    init(_ scene: BookScene, seed: UInt64) {
        self.scene = scene
        self.mid = scene.mid
        self.stream = BookStream(seed: seed)
        self.table = BookTable(ring: scene.ring)
        var pairs: [PairIndex] = []
        for offset in 0..<2 {
            // A first pair that stays empty, so that no index is zero by luck. Venue indices out of order.
            let instruments = scene.steps.enumerated().map { slot, step in
                InstrumentDefinition(
                    venue: VenueIndex(UInt8((slot * 29 + 63) % 64)),
                    rules: TradingRules(tick: Grid(step: step), lot: Grid(step: 1)), showsOwnOrders: slot != 1)
            }
            let definition = PairDefinition(
                base: AssetIndex(UInt16(offset)), quote: AssetIndex(9), units: .standard, instruments: instruments)
            pairs.append(self.table.addPair(definition))
            self.twin.addPair(definition)
        }
        self.pair = pairs[1]
    }

    var instruments: Range<Int> { self.table.instruments(of: self.pair) }

    mutating func randomPrice(_ index: Int, _ side: Side) -> Int64 {
        let step = self.twin.books[index].definition.rules.tick.step
        var distance = self.stream.distance(self.scene.spread) - (self.stream.chance(100) ? 8 : 0)
        if self.stream.chance(5) { distance = -self.stream.distance(self.scene.spread) }  // Through the other side.
        let price = self.mid - side.sign * distance
        return max(step, price / step * step)
    }

    mutating func randomQuantity() -> Int64 {
        if self.stream.chance(400) { return 0 }
        if self.stream.chance(10) { return Quantity.limit }
        return 1 + self.stream.distance(34)
    }

    mutating func set(_ index: Int, _ side: Side, _ price: Int64, _ quantity: Int64) {
        let instrument = InstrumentIndex(UInt32(index))
        let outcome = self.table.set(instrument, side, Price(units: price), Quantity(units: quantity))
        #expect(outcome == self.twin.set(index, side, price, quantity))
    }

    mutating func level(_ index: Int) {
        let side: Side = self.stream.chance(500) ? .bid : .ask
        switch Int.random(in: 0..<200, using: &self.stream) {
        case 0: self.set(index, side, self.randomPrice(index, side) + 1, 5)
        case 1: self.set(index, side, [0, -1, .min, .max, Price.limit + 1].randomElement(using: &self.stream) ?? 0, 5)
        case 2:
            self.set(
                index, side, self.randomPrice(index, side), [-1, .min, .max].randomElement(using: &self.stream) ?? 0)
        case 3:
            let step = self.twin.books[index].definition.rules.tick.step
            self.set(index, side, Price.limit / step * step, self.randomQuantity())
        case 4: self.set(index, side, self.twin.books[index].definition.rules.tick.step, self.randomQuantity())
        case 5...30:  // Take out the best.
            if let best = self.twin.books[index].levels(side).first { self.set(index, side, best.price.units, 0) }
        default: self.set(index, side, self.randomPrice(index, side), self.randomQuantity())
        }
    }

    mutating func adjustOwn(_ index: Int) {
        if self.midMessage { self.ownMoved = true }
        let side: Side = self.stream.chance(500) ? .bid : .ask
        var price = self.randomPrice(index, side)
        if self.stream.chance(700),
            let ours = self.twin.books[index].sides[side.index].own.keys.sorted().randomElement(using: &self.stream)
        {
            price = ours
        } else if self.stream.chance(500), let best = self.twin.books[index].levels(side).first {
            price = best.price.units
        }
        if self.twin.books[index].sides[side.index].own.count > 50 { return }
        let size = 1 + self.stream.distance(33)
        let change = self.stream.chance(500) ? size : -size
        self.table.adjustOwn(InstrumentIndex(UInt32(index)), side, Price(units: price), by: Quantity(units: change))
        self.twin.adjustOwn(index, side, price, by: change)
    }

    mutating func endMessage(_ index: Int) {
        self.time += self.stream.chance(100) ? 700_000_000 : 1_000_000
        let at = Timestamp(nanoseconds: self.time)
        let outcome = self.table.endMessage(InstrumentIndex(UInt32(index)), at: at)
        let wanted = self.twin.endMessage(index, at: at)
        #expect(outcome.becameLive == wanted.becameLive)
        self.check(outcome, wanted.touchChanged, index)
    }

    mutating func check(_ outcome: MessageOutcome, _ touchChanged: Bool, _ index: Int) {
        #expect(outcome.isLive == (self.twin.books[index].state == .live))
        if !self.ownMoved || touchChanged { #expect(outcome.touchChanged == touchChanged) }
        let top = Side.allCases.flatMap { self.twin.levels(pair: self.pair.index, $0).prefix(10) }
        if !outcome.depthChanged, self.isTracked { #expect(top == self.lastTop) }
        self.lastTop = top
        self.ownMoved = false
    }

    var isTracked = false

    mutating func play() {
        for event in 0..<self.scene.events {
            if event == self.scene.events / 4 {
                self.table.trackDepth(self.pair)
                self.isTracked = true
                self.compare(self.instruments.lowerBound)
            }
            self.mid = max(50, self.mid + Int64.random(in: -self.scene.drift...self.scene.drift, using: &self.stream))
            let index = self.instruments.randomElement(using: &self.stream) ?? 0
            let instrument = InstrumentIndex(UInt32(index))
            if self.twin.books[index].state == .lost && self.stream.chance(700) || self.stream.chance(10) {
                self.table.beginSnapshot(instrument)
                self.twin.beginSnapshot(index)
                self.compare(index)
                for count in 0..<Int.random(in: 0...2 * self.scene.levels, using: &self.stream) {
                    self.level(index)
                    if count == 7, self.stream.chance(300) { self.adjustOwn(index) }
                }
                if self.stream.chance(900) { self.endMessage(index) }
            } else if self.stream.chance(10) {
                let outcome = self.table.lose(instrument)
                #expect(!outcome.becameLive)
                self.check(outcome, self.twin.lose(index), index)
            } else if self.stream.chance(300) {
                self.adjustOwn(index)
            } else {
                self.midMessage = true
                for _ in 0..<Int.random(in: 0...8, using: &self.stream) {
                    self.level(index)
                    if self.stream.chance(20) { self.adjustOwn(index) }
                    if self.stream.chance(100) { self.compare(index) }
                }
                self.midMessage = false
                self.endMessage(index)
            }
            self.compare(index)
        }
    }

    mutating func compare(_ index: Int) {
        let instrument = InstrumentIndex(UInt32(index))
        let book = self.twin.books[index]
        #expect(self.table.isLive(instrument) == (book.state == .live))
        #expect(self.table.updatedAt(instrument) == book.updatedAt)
        for other in self.instruments {
            let touch = self.table.touch(InstrumentIndex(UInt32(other)))
            #expect(touch == self.twin.books[other].published)
        }
        let touch = self.table.touch(self.pair)
        #expect(touch == self.twin.touch(pair: self.pair.index))
        for side in Side.allCases {
            let levels = book.levels(side)
            #expect(self.table.levelCount(instrument, side) == levels.count)
            var found: [Level] = []
            for position in 0...min(levels.count, 12) {
                if let level = self.table.level(instrument, side, position) { found.append(level) }
            }
            #expect(found == Array(levels.prefix(13)))
            #expect(self.table.level(instrument, side, levels.count) == nil)
            let merged = self.twin.levels(pair: self.pair.index, side)
            var foundMerged: [ConsolidatedLevel] = []
            var position = 0
            while position <= merged.count {
                if let level = self.table.level(self.pair, side, position) {
                    foundMerged.append(level)
                    if position < merged.count { #expect(level == merged[position]) }
                }
                position += position < 12 || position > 29 && position < 35 ? 1 : max(9, merged.count / 16)
            }
            #expect(self.table.level(self.pair, side, merged.count) == nil)
            let wanted = self.stream.chance(100) ? Int64.max : self.stream.distance(40)
            let sweep = self.table.sweep(instrument, side, Quantity(units: wanted))
            #expect(sweep == BookTwin.sweep(levels, side, wanted))
            let both = self.table.sweep(self.pair, side, Quantity(units: wanted))
            #expect(
                both == BookTwin.sweep(merged.map { Level(price: $0.price, quantity: $0.quantity) }, side, wanted))
        }
    }
}

@Suite("Books and their slow twin") struct BookTwinTests {
    @Test("tell the same after every event", arguments: BookScene.all, [1, 2, 3] as [UInt64])
    func agree(scene: BookScene, seed: UInt64) {
        var duel = Duel(scene, seed: seed)
        duel.play()
    }

    @Test("agree on a venue with thousands of levels over a hundred thousand ticks, while the price runs")
    func deepBook() {
        let scene = BookScene(
            name: "deep", ring: 512, steps: [1, 10], mid: 9_000_000, spread: 17, drift: 400, levels: 0, events: 0)
        var duel = Duel(scene, seed: 7)
        duel.table.trackDepth(duel.pair)
        for index in duel.instruments {
            duel.table.beginSnapshot(InstrumentIndex(UInt32(index)))
            duel.twin.beginSnapshot(index)
            let step = duel.twin.books[index].definition.rules.tick.step
            var distance: Int64 = 1
            for count in 0..<2_500 {
                for side in Side.allCases {
                    let price = (9_000_000 / step - side.sign * distance) * step
                    duel.set(index, side, price, 1 + Int64(count))
                }
                distance += 1 + duel.stream.distance(5) * (count > 200 ? 2 : 0)
            }
            duel.endMessage(index)
        }
        for message in 0..<1_500 {
            let index = duel.instruments.randomElement(using: &duel.stream) ?? 0
            let step = duel.twin.books[index].definition.rules.tick.step
            duel.mid += Int64.random(in: -60...70, using: &duel.stream)
            for _ in 0..<6 {
                let side: Side = duel.stream.chance(500) ? .bid : .ask
                let price = max(1, duel.mid - side.sign * duel.stream.distance(17)) / step * step
                duel.set(index, side, price, duel.randomQuantity())
            }
            let at = Timestamp(nanoseconds: Int64(message))
            _ = duel.table.endMessage(InstrumentIndex(UInt32(index)), at: at)
            _ = duel.twin.endMessage(index, at: at)
            if message % 250 == 0 { duel.compare(index) }
        }
        for index in duel.instruments { duel.compare(index) }
    }

    @Test("have the same hash when fed the same, and another one when not")
    func hash() {
        func hash(seed: UInt64) -> UInt64 {
            var duel = Duel(BookScene.all[2], seed: seed)
            duel.play()
            var hash = StateHash()
            duel.table.hash(into: &hash)
            return hash.value
        }
        #expect(hash(seed: 11) == hash(seed: 11))
        #expect(hash(seed: 11) != hash(seed: 12))
    }
}
