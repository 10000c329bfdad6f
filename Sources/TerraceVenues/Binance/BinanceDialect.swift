import TerraceCore

/// Binance's protocol, spot or USDⓈ-M perpetuals, as functions between bytes and terms common to all venues.
///
/// On perpetuals an order's quantity, and with it a position, is in contracts of one base coin each, so that they count like
/// the base coin; but no such coin is held. What the account holds are margin coins: its balances say nothing of positions.
/// The account must be in one-way mode, in which orders need not name a position's side.
///
/// Sources: the "Spot API" and "USDⓈ-M Futures" pages of the Binance API documentation, as of July 2026; each part names its
/// section.
public struct BinanceDialect: VenueDialect {
    /// Which of the two markets.
    public let market: BinanceMarket
    /// The instruments, by slot.
    public let instruments: [FeedInstrument]
    /// Facts of the protocol.
    public let traits: VenueTraits

    let symbols: SymbolTable?
    let prices: [DecimalUnit]
    let quantities: [DecimalUnit]
    /// The key's public name; empty without credentials.
    let key: String
    let signer: any BinanceSigner

    /// The protocol of `market` for `instruments`, which may be none while only the list of them is wanted.
    ///
    /// Symbols of which no table can be made leave every slot unknown; `feed` says what is wrong with them, before anything
    /// is traded.
    ///
    /// - Parameter credentials: The key; nil where no account is used: what is signed then, the venue refuses. The secret is
    ///   that of an HMAC key, or the PEM text of an Ed25519 key.
    public init(market: BinanceMarket, instruments: [FeedInstrument], credentials: VenueCredentials?) {
        self.market = market
        self.instruments = instruments
        self.traits = Self.traits(of: market)
        self.symbols = try? SymbolTable(instruments.map(\.symbol))
        self.prices = instruments.map { DecimalUnit(priceOf: $0.units) }
        self.quantities = instruments.map { DecimalUnit(quantityOf: $0.units) }
        self.key = credentials?.key ?? ""
        let secret = credentials?.secret ?? []
        // A text that is no key after all signs as if it were an HMAC key: the venue refuses that at the first request.
        self.signer = Ed25519Signer(pem: secret) ?? HMACSigner(secret: secret)
    }

    // MARK: Before anything is traded

    /// Asks for the list of instruments ("Exchange information").
    ///
    /// Spot lists some 3,500 symbols with hundreds of permission sets each, many times what is let in: only those that trade
    /// are asked for, and no permission sets. A pair that is halted is not in the list then.
    public func instrumentsRequest(page: String?) -> VenueRequest {
        switch self.market {
        case .spot: self.open("/api/v3/exchangeInfo?showPermissionSets=false&symbolStatus=TRADING", weight: 20)
        case .perpetual: self.open("/fapi/v1/exchangeInfo", weight: 1)
        }
    }

    /// Reads it. It is one page.
    public func listing(_ body: Span<UInt8>) throws(WireError) -> InstrumentListing {
        try BinanceInstrumentList(body, market: self.market).listing
    }

    /// Asks for the venue's time ("Check server time").
    public var timeRequest: VenueRequest {
        switch self.market {
        case .spot: self.open("/api/v3/time", weight: 1)
        case .perpetual: self.open("/fapi/v1/time", weight: 1)
        }
    }

    /// Reads it.
    public func time(_ body: Span<UInt8>) throws(WireError) -> Int64 {
        let tree = try WireTree(body)
        return try tree.integer(try tree.need("serverTime", in: tree.root))
    }

    private func open(_ target: StaticString, weight: Int) -> VenueRequest {
        var writer = WireWriter()
        writer.text(target)
        return VenueRequest(.get, writer.bytes, weight: weight)
    }

    // MARK: Public streams

    /// A feed of the instruments at these slots.
    public func feed(_ slots: Range<Int>) throws(SymbolTable.Refusal) -> any VenueFeed {
        OwnedFeed(try BinanceFeed(market: self.market, instruments: Array(self.instruments[slots])))
    }

    /// Path of the combined stream, to which subscriptions are sent as messages ("Live subscribing/unsubscribing to streams").
    ///
    /// Perpetuals: since April 2026 streams go by routes ("Important WebSocket Change Notice"), `/public` for books and
    /// single trades, `/market` for aggregated trades and the rest; `/stream` without a route acknowledges subscriptions to
    /// the latter and then sends nothing. `/public/stream` carries both that a feed needs, changes and trades.
    public var marketTarget: String {
        switch self.market {
        case .spot: "/stream"
        case .perpetual: "/public/stream"
        }
    }

    /// `SUBSCRIBE` or `UNSUBSCRIBE` with the streams of changes, every 100 ms, and of single trades. Stream names have the
    /// symbol in lower case.
    public func subscription(_ slots: [Int], isOn: Bool, request: Int64) -> [UInt8] {
        var writer = WireWriter(capacity: 64 + 64 * slots.count)
        writer.text(isOn ? "{\"method\":\"SUBSCRIBE\",\"params\":[" : "{\"method\":\"UNSUBSCRIBE\",\"params\":[")
        for (place, slot) in slots.enumerated() {
            writer.text(place == 0 ? "\"" : ",\"")
            self.writeStreamName(of: slot, into: &writer)
            writer.text("@depth@100ms\",\"")
            self.writeStreamName(of: slot, into: &writer)
            writer.text("@trade\"")
        }
        writer.text("],\"id\":")
        writer.integer(request)
        writer.text("}")
        return writer.bytes
    }

    /// The symbol in lower case. A byte that would end the quoted text is left out: no such symbol exists.
    private func writeStreamName(of slot: Int, into writer: inout WireWriter) {
        for byte in self.instruments[slot].symbol.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): writer.bytes.append(byte | 0x20)
            case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): break
            default: writer.bytes.append(byte)
            }
        }
    }

    /// Asks for a book's snapshot of the most levels a side that have the least weight ("Order book"; spot: 100 levels 5, 1,000
    /// levels 50, of 6,000 a minute; perpetuals: 50 levels 2, 1,000 levels 20, of 2,400 a minute).
    ///
    /// A few times as many snapshots fit in a minute as there may be instruments, so that 500 of them are quoted within
    /// seconds; with 1,000 levels each they took eight minutes. What lies deeper comes with its first change.
    public func snapshotRequest(_ slot: Int) -> VenueRequest {
        var writer = WireWriter()
        writer.text(self.market == .spot ? "/api/v3/depth?" : "/fapi/v1/depth?")
        self.writeSymbol(slot, into: &writer)
        writer.text(self.market == .spot ? "limit=100" : "limit=50")
        return VenueRequest(.get, writer.bytes, weight: self.market == .spot ? 5 : 2)
    }

    /// Writes `symbol=BTCUSDT&`.
    func writeSymbol(_ slot: Int, into writer: inout WireWriter) {
        writer.text("symbol=")
        writer.percentEncoded(self.instruments[slot].symbol.utf8)
        writer.text("&")
    }
}
