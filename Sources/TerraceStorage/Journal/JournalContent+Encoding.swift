import TerraceCore

extension JournalContent {
    /// Which kind of record it becomes.
    var kind: JournalKind {
        switch self {
        case .event(let event):
            switch event {
            case .market(.trade): .trade
            case .market(.snapshotBegan), .market(.level), .market(.messageEnded), .market(.bookLost): .book
            case .order: .order
            case .balance: .balance
            case .fillsKnown: .fillsKnown
            case .connection: .connection
            case .turn: .turn
            case .control: .control
            }
        case .command: .command
        case .fact: .fact
        case .stateHash: .stateHash
        }
    }

    /// Writes all but the kind. `time` is the record's: a venue's time is written as the difference to it.
    func encode(into buffer: inout JournalBuffer, time: Timestamp) {
        switch self {
        case .event(let event): Self.encode(event, into: &buffer, time: time)
        case .command(let command): Self.encode(command, into: &buffer)
        case .fact(let fact): Self.encode(fact, into: &buffer)
        case .stateHash(let hash): buffer.fixed(hash)
        }
    }

    private static func encode(_ event: Event, into buffer: inout JournalBuffer, time: Timestamp) {
        switch event {
        case .market(let market):
            Self.encode(market, into: &buffer, time: time)
        case .order(let report):
            buffer.varint(UInt64(report.instrument.raw))
            buffer.order(report.order)
            Self.encode(report.outcome, into: &buffer)
        case .balance(let venue, let asset, let total):
            buffer.byte(venue.raw)
            buffer.varint(UInt64(asset.raw))
            buffer.wide(total.units)
        case .fillsKnown(let instrument, let through, let milliseconds):
            buffer.varint(UInt64(instrument.raw))
            buffer.flag(through != nil)
            if let through { buffer.varint(through) }
            buffer.signed(milliseconds)
        case .connection(let venue, let change):
            buffer.byte(venue.raw)
            buffer.byte(change.code)
        case .turn(let limit):
            buffer.signed(Int64(limit))
        case .control(let control):
            Self.encode(control, into: &buffer)
        }
    }

    private static func encode(_ market: MarketEvent, into buffer: inout JournalBuffer, time: Timestamp) {
        switch market {
        case .trade(let instrument, let aggressor, let price, let quantity, let venueTime, let id):
            buffer.varint(UInt64(instrument.raw) << 1 | UInt64(aggressor.rawValue))
            buffer.price(price)
            buffer.quantity(quantity)
            buffer.signed(venueTime.nanoseconds &- time.nanoseconds)
            buffer.varint(id)
        case .snapshotBegan(let instrument):
            buffer.byte(0)
            buffer.varint(UInt64(instrument.raw))
        case .level(let instrument, let side, let price, let quantity):
            buffer.byte(1)
            buffer.varint(UInt64(instrument.raw))
            buffer.byte(side.rawValue)
            buffer.price(price)
            buffer.quantity(quantity)
        case .messageEnded(let instrument, let venueTime):
            buffer.byte(2)
            buffer.varint(UInt64(instrument.raw))
            buffer.signed(venueTime.nanoseconds &- time.nanoseconds)
        case .bookLost(let instrument):
            buffer.byte(3)
            buffer.varint(UInt64(instrument.raw))
        }
    }

    private static func encode(_ outcome: OrderOutcome, into buffer: inout JournalBuffer) {
        switch outcome {
        case .accepted:
            buffer.byte(0)
        case .rejected(let reason):
            buffer.byte(1)
            buffer.byte(reason.rawValue)
        case .filled(let fill):
            buffer.byte(2)
            buffer.varint(fill.trade)
            buffer.byte(fill.side.rawValue | (fill.isMaker ? 2 : 0))
            buffer.price(fill.price)
            buffer.quantity(fill.quantity)
            buffer.wide(fill.fee.units)
            buffer.varint(UInt64(fill.feeAsset.raw))
            buffer.quantity(fill.cumulative)
        case .cancelled(let cumulative):
            buffer.byte(3)
            buffer.quantity(cumulative)
        case .cancelRejected(let reason):
            buffer.byte(4)
            buffer.byte(reason.rawValue)
        case .amended(let price, let quantity):
            buffer.byte(5)
            buffer.price(price)
            buffer.quantity(quantity)
        case .amendRejected(let reason):
            buffer.byte(6)
            buffer.byte(reason.rawValue)
        case .found(let price, let quantity, let cumulative):
            buffer.byte(7)
            buffer.price(price)
            buffer.quantity(quantity)
            buffer.quantity(cumulative)
        case .notFound(let cumulative):
            buffer.byte(8)
            buffer.quantity(cumulative)
        case .unknown:
            buffer.byte(9)
        }
    }

    private static func encode(_ control: Control, into buffer: inout JournalBuffer) {
        switch control {
        case .kill:
            buffer.byte(0)
        case .liftKillSwitch:
            buffer.byte(1)
        case .liftLossStop(let strategy):
            buffer.byte(2)
            buffer.varint(UInt64(strategy.raw))
        case .shed(let kept):
            buffer.byte(3)
            buffer.signed(Int64(kept))
        case .stopRecording:
            buffer.byte(4)
        case .recordAgain:
            buffer.byte(5)
        case .pause(let strategy):
            buffer.byte(6)
            buffer.varint(UInt64(strategy.raw))
        case .resume(let strategy):
            buffer.byte(7)
            buffer.varint(UInt64(strategy.raw))
        }
    }

    private static func encode(_ command: Command, into buffer: inout JournalBuffer) {
        switch command {
        case .place(let instrument, let order, let side, let price, let quantity):
            buffer.byte(0)
            buffer.varint(UInt64(instrument.raw) << 1 | UInt64(side.rawValue))
            buffer.order(order)
            buffer.price(price)
            buffer.quantity(quantity)
        case .amend(let instrument, let order, let side, let price, let quantity):
            buffer.byte(1)
            buffer.varint(UInt64(instrument.raw) << 1 | UInt64(side.rawValue))
            buffer.order(order)
            buffer.price(price)
            buffer.quantity(quantity)
        case .cancel(let instrument, let order):
            buffer.byte(2)
            buffer.varint(UInt64(instrument.raw))
            buffer.order(order)
        case .query(let instrument, let order):
            buffer.byte(3)
            buffer.varint(UInt64(instrument.raw))
            buffer.order(order)
        case .resnapshot(let instrument):
            buffer.byte(4)
            buffer.varint(UInt64(instrument.raw))
        }
    }

    private static func encode(_ fact: EngineFact, into buffer: inout JournalBuffer) {
        switch fact {
        case .seeded(let strategy, let quantity, let price):
            buffer.byte(0)
            buffer.varint(UInt64(strategy.raw))
            buffer.quantity(quantity)
            buffer.price(price)
        case .lossStopped(let strategy, let profit):
            buffer.byte(1)
            buffer.varint(UInt64(strategy.raw))
            buffer.wide(profit.units)
        case .lossLifted(let strategy, let profit):
            buffer.byte(2)
            buffer.varint(UInt64(strategy.raw))
            buffer.wide(profit.units)
        case .deskLossStopped(let asset, let profit):
            buffer.byte(3)
            buffer.varint(UInt64(asset.raw))
            buffer.wide(profit.units)
        case .deskLossLifted(let asset, let profit):
            buffer.byte(4)
            buffer.varint(UInt64(asset.raw))
            buffer.wide(profit.units)
        case .shed(let kept):
            buffer.byte(5)
            buffer.signed(Int64(kept))
        }
    }
}

extension ConnectionEvent {
    /// Its number in the format.
    var code: UInt8 {
        switch self {
        case .up: 0
        case .down: 1
        case .heartbeat: 2
        case .accountLost: 3
        case .accountBack: 4
        case .accountDoubted: 5
        }
    }

    /// The change with a number of the format.
    init(code: UInt8) throws(MalformedBytes) {
        switch code {
        case 0: self = .up
        case 1: self = .down
        case 2: self = .heartbeat
        case 3: self = .accountLost
        case 4: self = .accountBack
        case 5: self = .accountDoubted
        default: throw MalformedBytes(what: "\(code) is no change of a connection")
        }
    }
}
