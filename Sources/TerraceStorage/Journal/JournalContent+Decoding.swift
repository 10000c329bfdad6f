import TerraceCore

extension JournalContent {
    /// Reads what `encode` wrote of a record of `kind`; nil where that kind is none of a shard's.
    init?(_ kind: JournalKind, _ bytes: inout JournalBytes, time: Timestamp) throws(MalformedBytes) {
        switch kind {
        case .run, .description, .checkpoint, .ended:
            return nil
        case .trade:
            let (instrument, aggressor) = try Self.instrumentAndSide(&bytes)
            let price = try bytes.price()
            let quantity = try bytes.quantity()
            let venueTime = Timestamp(nanoseconds: time.nanoseconds &+ (try bytes.signed()))
            self = .event(
                .market(
                    .trade(
                        instrument, aggressor: aggressor, price, quantity, venueTime: venueTime, id: try bytes.varint())
                ))
        case .order:
            let instrument = try bytes.instrument()
            let order = try bytes.order()
            self = .event(
                .order(OrderReport(instrument: instrument, order: order, outcome: try Self.outcome(&bytes))))
        case .balance:
            let venue = try bytes.venue()
            let asset = try bytes.asset()
            self = .event(.balance(venue, asset, total: Amount(units: try bytes.wide())))
        case .fillsKnown:
            let instrument = try bytes.instrument()
            let through = try bytes.flag() ? try bytes.varint() : nil
            self = .event(.fillsKnown(instrument, through: through, milliseconds: try bytes.signed()))
        case .connection:
            let venue = try bytes.venue()
            self = .event(.connection(venue, try ConnectionEvent(code: try bytes.byte())))
        case .control:
            self = .event(.control(try Self.control(&bytes)))
        case .book:
            self = .event(.market(try Self.book(&bytes, time: time)))
        case .turn:
            self = .event(.turn(limit: Int(try bytes.signed())))
        case .command:
            self = .command(try Self.command(&bytes))
        case .fact:
            self = .fact(try Self.fact(&bytes))
        case .stateHash:
            self = .stateHash(try bytes.fixed())
        }
    }

    private static func instrumentAndSide(
        _ bytes: inout JournalBytes
    ) throws(MalformedBytes) -> (InstrumentIndex, Side) {
        let packed = try bytes.varint()
        guard let raw = UInt32(exactly: packed >> 1) else { throw MalformedBytes(what: "\(packed >> 1) is no index") }
        return (InstrumentIndex(raw), packed & 1 == 0 ? .bid : .ask)
    }

    private static func book(_ bytes: inout JournalBytes, time: Timestamp) throws(MalformedBytes) -> MarketEvent {
        let tag = try bytes.byte()
        let instrument = try bytes.instrument()
        switch tag {
        case 0: return .snapshotBegan(instrument)
        case 1:
            let side = try bytes.side()
            let price = try bytes.price()
            return .level(instrument, side, price, try bytes.quantity())
        case 2:
            let difference = try bytes.signed()
            return .messageEnded(instrument, venueTime: Timestamp(nanoseconds: time.nanoseconds &+ difference))
        case 3: return .bookLost(instrument)
        default: throw MalformedBytes(what: "\(tag) is no market event")
        }
    }

    private static func rejection(_ bytes: inout JournalBytes) throws(MalformedBytes) -> VenueRejection {
        let raw = try bytes.byte()
        guard let reason = VenueRejection(rawValue: raw) else {
            throw MalformedBytes(what: "\(raw) is no reason of a refusal")
        }
        return reason
    }

    private static func outcome(_ bytes: inout JournalBytes) throws(MalformedBytes) -> OrderOutcome {
        let tag = try bytes.byte()
        switch tag {
        case 0: return .accepted
        case 1: return .rejected(try Self.rejection(&bytes))
        case 2: return .filled(try Self.fill(&bytes))
        case 3: return .cancelled(cumulative: try bytes.quantity())
        case 4: return .cancelRejected(try Self.rejection(&bytes))
        case 5:
            let price = try bytes.price()
            return .amended(price, try bytes.quantity())
        case 6: return .amendRejected(try Self.rejection(&bytes))
        case 7:
            let price = try bytes.price()
            let quantity = try bytes.quantity()
            return .found(price, quantity, cumulative: try bytes.quantity())
        case 8: return .notFound(cumulative: try bytes.quantity())
        case 9: return .unknown
        default: throw MalformedBytes(what: "\(tag) is no outcome of an order")
        }
    }

    private static func fill(_ bytes: inout JournalBytes) throws(MalformedBytes) -> Fill {
        let trade = try bytes.varint()
        let flags = try bytes.byte()
        guard flags < 4 else { throw MalformedBytes(what: "\(flags) is no side of a fill") }
        let price = try bytes.price()
        let quantity = try bytes.quantity()
        let fee = Amount(units: try bytes.wide())
        let asset = try bytes.asset()
        return Fill(
            trade: trade, side: flags & 1 == 0 ? .bid : .ask, price: price, quantity: quantity, fee: fee,
            feeAsset: asset, isMaker: flags & 2 != 0, cumulative: try bytes.quantity())
    }

    private static func control(_ bytes: inout JournalBytes) throws(MalformedBytes) -> Control {
        let tag = try bytes.byte()
        switch tag {
        case 0: return .kill
        case 1: return .liftKillSwitch
        case 2: return .liftLossStop(try bytes.strategy())
        case 3: return .shed(keepingUpTo: Int(try bytes.signed()))
        case 4: return .stopRecording
        case 5: return .recordAgain
        case 6: return .pause(try bytes.strategy())
        case 7: return .resume(try bytes.strategy())
        default: throw MalformedBytes(what: "\(tag) is nothing that an operator asks for")
        }
    }

    private static func command(_ bytes: inout JournalBytes) throws(MalformedBytes) -> Command {
        let tag = try bytes.byte()
        switch tag {
        case 0, 1:
            let (instrument, side) = try Self.instrumentAndSide(&bytes)
            let order = try bytes.order()
            let price = try bytes.price()
            let quantity = try bytes.quantity()
            return tag == 0
                ? .place(instrument, order, side, price, quantity) : .amend(instrument, order, side, price, quantity)
        case 2:
            let instrument = try bytes.instrument()
            return .cancel(instrument, try bytes.order())
        case 3:
            let instrument = try bytes.instrument()
            return .query(instrument, try bytes.order())
        case 4: return .resnapshot(try bytes.instrument())
        default: throw MalformedBytes(what: "\(tag) is no command")
        }
    }

    private static func fact(_ bytes: inout JournalBytes) throws(MalformedBytes) -> EngineFact {
        let tag = try bytes.byte()
        switch tag {
        case 0:
            let strategy = try bytes.strategy()
            let quantity = try bytes.quantity()
            return .seeded(strategy, quantity, try bytes.price())
        case 1, 2:
            let strategy = try bytes.strategy()
            let profit = Amount(units: try bytes.wide())
            return tag == 1 ? .lossStopped(strategy, profit: profit) : .lossLifted(strategy, profit: profit)
        case 3, 4:
            let asset = try bytes.asset()
            let profit = Amount(units: try bytes.wide())
            return tag == 3 ? .deskLossStopped(asset, profit: profit) : .deskLossLifted(asset, profit: profit)
        case 5: return .shed(keepingUpTo: Int(try bytes.signed()))
        default: throw MalformedBytes(what: "\(tag) is no fact")
        }
    }
}
