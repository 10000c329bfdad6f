public import TerraceCore

/// What follows from all records up to one: positions, orders that may stand, fills that are known, loss stops. Keyed by names,
/// so that it holds over runs whose indices differ.
///
/// It books what an engine books, by the same rules: a fill once by its instrument and number, fees by their kind, the opening
/// inventory when the engine did. What a person asked for (kill switch, pause, shedding) is not kept: who starts a run decides
/// anew.
public struct Ledger: Sendable {
    /// An instrument that was ever described.
    struct Instrument: Sendable, Equatable {
        var venue: String
        var symbol: String
        /// Those of the latest run that had it.
        var units: Units
        var hasMark = false
        var through: UInt64?
        var milliseconds: Int64 = 0
    }
    /// An order that has ended, by its id, and whether the venue had ever said that it stood.
    struct Ended: Sendable, Equatable {
        var id: ClientOrderID
        var isAcknowledged: Bool
    }
    /// An order by its instrument's place.
    struct Open: Sendable, Equatable {
        var instrument: Int
        var order: WorkingOrder
    }

    /// How many ended orders are remembered, so that a late acceptance is not taken for an order that stands.
    static let endedCapacity = 1_024
    /// How many orders are taken in from reports alone.
    static let adoptedLimit = 65_536

    /// `instance` of the runs; nil before the first.
    public internal(set) var instance: UInt32?
    /// The coins that were ever described; `thirdFees` of positions here are by place in this list.
    public internal(set) var coins: [String] = []
    /// The strategies that were ever described, in the order in which they first came.
    public internal(set) var strategies: [LedgerStrategy] = []
    /// The highest number that an order of ours has carried; the 48-bit part of `ClientOrderID`.
    public internal(set) var highestSequence: UInt64 = 0
    var instruments: [Instrument] = []
    var open: [ClientOrderID: Open] = [:]
    var ended: [Ended] = []
    var oldestEnded = 0
    var seen = SeenFills()
    var lossBaselines: [Int: Amount] = [:]
    var stoppedCoins: Set<Int> = []
    /// The run that was begun last, and what its indices stand for here. No part of a checkpoint: the journal has it beside.
    var description: RunDescription?
    var run: LedgerRun?

    /// Nothing has happened.
    public init() {}

    // MARK: What is known

    /// The strategy with this id.
    public func strategy(_ id: String) -> LedgerStrategy? { self.strategies.first { $0.id == id } }

    /// The orders that stand or may, by id.
    public var orders: [LedgerOrder] {
        self.open.values.map {
            LedgerOrder(
                venue: self.instruments[$0.instrument].venue, symbol: self.instruments[$0.instrument].symbol,
                order: $0.order)
        }.sorted { ($0.order.id.high, $0.order.id.low) < ($1.order.id.high, $1.order.id.low) }
    }

    /// Up to where each venue has told our fills, by instrument.
    public var fillMarks: [LedgerFillMark] {
        self.instruments.filter { $0.hasMark }.map {
            LedgerFillMark(venue: $0.venue, symbol: $0.symbol, through: $0.through, milliseconds: $0.milliseconds)
        }
    }

    /// The trades that are not booked again, oldest first; at most 65,536.
    public var seenFills: [LedgerSeenFill] {
        self.seen.all.map {
            let instrument = self.instruments[Int($0.instrument)]
            return LedgerSeenFill(venue: instrument.venue, symbol: instrument.symbol, trade: $0.trade)
        }
    }

    /// Where the desk's loss limits stand, by coin.
    public var deskLosses: [LedgerDeskLoss] {
        self.coins.indices.filter { self.lossBaselines[$0] != nil || self.stoppedCoins.contains($0) }.map {
            LedgerDeskLoss(
                coin: self.coins[$0], baseline: self.lossBaselines[$0, default: .zero],
                isStopped: self.stoppedCoins.contains($0))
        }
    }

    /// `position` with the coins of its third fees by their place in `coins` (those of a run) instead of in the ledger's; fees in
    /// coins that the run does not know are left out there, and stay in the ledger.
    public func position(_ position: Position, coins: [String]) -> Position {
        let fees: [(asset: AssetIndex, amount: Amount)] = position.thirdFees.compactMap { fee in
            guard fee.asset.index < self.coins.count,
                let place = coins.firstIndex(of: self.coins[fee.asset.index]), let raw = UInt16(exactly: place)
            else { return nil }
            return (AssetIndex(raw), fee.amount)
        }
        return Position(
            quantity: position.quantity, cost: position.cost, realised: position.realised, fees: position.fees,
            thirdFees: fees, volume: position.volume, feeRemainder: position.feeRemainder)
    }

    // MARK: What happens

    /// Takes a record in. Checkpoints replace everything, so that a ledger may begin with one.
    public mutating func apply(_ record: JournalRecord) throws(LedgerError) {
        switch record.content {
        case .run(let run, let begins): try self.begin(run, isNew: begins)
        case .checkpoint(let ledger):
            let description = self.description
            self = ledger
            if let description { try self.begin(description, isNew: false) }
        case .entry(let content): self.apply(content)
        case .ended: break
        }
    }

    /// Takes in what happened in a shard, by the indices of the run that was begun last.
    ///
    /// - Complexity: O(1), but O(orders) when a venue's connection is lost.
    public mutating func apply(_ content: JournalContent) {
        switch content {
        case .event(let event):
            switch event {
            case .market, .balance, .turn, .control: break
            case .order(let report): self.apply(report)
            case .fillsKnown(let instrument, let through, let milliseconds):
                self.mark(instrument, through, milliseconds)
            case .connection(let venue, let change): self.apply(change, at: venue)
            }
        case .command(let command): self.apply(command)
        case .fact(let fact): self.apply(fact)
        case .stateHash: break
        }
    }

    private func instrument(_ index: InstrumentIndex) -> LedgerRun.Instrument? {
        guard let run = self.run, index.index < run.instruments.count else { return nil }
        return run.instruments[index.index]
    }

    private mutating func mark(_ index: InstrumentIndex, _ through: UInt64?, _ milliseconds: Int64) {
        guard let place = self.instrument(index)?.place else { return }
        let before = self.instruments[place]
        self.instruments[place].hasMark = true
        self.instruments[place].milliseconds = before.hasMark ? max(before.milliseconds, milliseconds) : milliseconds
        if let through { self.instruments[place].through = max(before.through ?? 0, through) }
    }

    private mutating func apply(_ change: ConnectionEvent, at venue: VenueIndex) {
        switch change {
        case .up, .heartbeat, .accountLost, .accountBack: return
        case .down, .accountDoubted: break
        }
        guard let run = self.run, venue.index < run.venues.count else { return }
        for (id, open) in self.open where self.instruments[open.instrument].venue == run.venues[venue.index] {
            _ = self.open[id]?.order.expire()
        }
    }

    private mutating func apply(_ fact: EngineFact) {
        switch fact {
        case .seeded(let index, let quantity, let price):
            guard let place = self.strategyPlace(index), price.units >= 0, price.units <= Price.limit,
                quantity.units.magnitude <= 1 << 61
            else { return }
            self.strategies[place].isSeeded = true
            self.strategies[place].opening = quantity
            self.strategies[place].openingPrice = price
            if quantity != .zero { self.strategies[place].total.seed(quantity: quantity, at: price) }
        case .lossStopped(let index, _):
            if let place = self.strategyPlace(index) { self.strategies[place].isStopped = true }
        case .lossLifted(let index, let profit):
            guard let place = self.strategyPlace(index) else { return }
            self.strategies[place].isStopped = false
            self.strategies[place].lossBaseline = profit
        case .deskLossStopped(let asset, _):
            if let coin = self.coinPlace(asset) { self.stoppedCoins.insert(coin) }
        case .deskLossLifted(let asset, let profit):
            guard let coin = self.coinPlace(asset) else { return }
            self.stoppedCoins.remove(coin)
            self.lossBaselines[coin] = profit
        case .shed:
            break
        }
    }

    private func strategyPlace(_ index: StrategyIndex) -> Int? {
        guard let run = self.run, index.index < run.strategies.count else { return nil }
        return run.strategies[index.index]
    }

    private func coinPlace(_ asset: AssetIndex) -> Int? {
        guard let run = self.run, asset.index < run.coinPlaces.count else { return nil }
        return run.coinPlaces[asset.index]
    }
}
