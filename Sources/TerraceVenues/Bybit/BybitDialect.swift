import TerraceCore

/// Bybit's protocol, version 5, for spot with a unified account.
///
/// Sources: Bybit API v5 documentation; each part names its page.
public struct BybitDialect: VenueDialect {
    /// Facts of the protocol.
    public let traits: VenueTraits
    /// The instruments, by slot.
    public let instruments: [FeedInstrument]

    let credentials: VenueCredentials?
    let signer: HMACSigner?
    let reader: BybitAccountReader

    /// How many levels a side the books have: 200, each 100 ms at most. 50 come every 20 ms, and 1000 every 200 ms.
    static let depth = 200
    /// How many names of topics one subscription may have on spot, "Connect".
    static let topicsPerSubscription = 10
    /// How many characters all topics of a connection may have together, "Connect".
    static let topicCharacters = 21_000

    /// The protocol for `instruments`, with the key that signs requests of the account; nil where there are none to sign.
    public init(instruments: [FeedInstrument], credentials: VenueCredentials?) {
        self.instruments = instruments
        self.credentials = credentials
        self.signer = credentials.map { HMACSigner(secret: $0.secret) }
        self.reader = BybitAccountReader(instruments)
        let longest = instruments.map(\.symbol.utf8.count).max() ?? SymbolTable.longestSymbol
        // Both topics, with quotes and commas around them, which may count.
        let characters = "\"orderbook.\(Self.depth).\",\"publicTrade.\",".utf8.count + 2 * longest
        self.traits = VenueTraits(
            name: "bybit", title: "Bybit",
            endpoints: VenueEndpoints(
                rest: "https://api.bybit.com", market: "wss://stream.bybit.com", account: "wss://stream.bybit.com"),
            fetchesSnapshots: false, instrumentsPerConnection: max(1, Self.topicCharacters / characters),
            instrumentsPerSubscription: Self.topicsPerSubscription / 2, messagesPerSecond: 20,
            connectionsPerFiveMinutes: 500, pingSeconds: 20, pingText: Array("{\"op\":\"ping\"}".utf8),
            weightPerWindow: 600, weightWindowSeconds: 5, limitHeaders: Self.limitHeaders, mostInBatch: 10,
            canAmend: true, placeAnswerIsFinal: false, hasDeadManSwitch: false, fillsCoverAllInstruments: true,
            receiveWindowMilliseconds: 1_500)
    }

    // MARK: Before anything is traded

    /// "Get Instruments Info".
    public func instrumentsRequest(page: String?) -> VenueRequest {
        var target = WireWriter()
        target.text("/v5/market/instruments-info?category=spot&limit=1000")
        target.cursor(page)
        return VenueRequest(.get, target.bytes)
    }

    /// Reads it. Fees are not in it.
    public func listing(_ body: Span<UInt8>) throws(WireError) -> InstrumentListing { try BybitListing.read(body) }

    /// "Get Bybit Server Time".
    public var timeRequest: VenueRequest { VenueRequest(.get, Array("/v5/market/time".utf8)) }

    /// Reads it: nanoseconds as text, rounded down to milliseconds.
    public func time(_ body: Span<UInt8>) throws(WireError) -> Int64 {
        let tree = try WireTree(body)
        let result = try tree.need("result", in: tree.root)
        return try tree.integer(tree.need("timeNano", in: result)) / 1_000_000
    }

    // MARK: Public streams

    /// A feed of the instruments at these slots.
    public func feed(_ slots: Range<Int>) throws(SymbolTable.Refusal) -> any VenueFeed {
        OwnedFeed(try BybitFeed(instruments: Array(self.instruments[slots]), depth: Self.depth))
    }

    /// The spot market's public stream.
    public var marketTarget: String { "/v5/public/spot" }

    /// Subscribes to, or no longer to, the books and the trades of these slots.
    public func subscription(_ slots: [Int], isOn: Bool, request: Int64) -> [UInt8] {
        var message = WireWriter(capacity: 64 + slots.count * 64)
        message.text("{\"req_id\":\"")
        message.integer(request)
        message.text("\",\"op\":\"")
        message.text(isOn ? "subscribe" : "unsubscribe")
        message.text("\",\"args\":[")
        for (place, slot) in slots.enumerated() {
            if place > 0 { message.text(",") }
            message.text("\"orderbook.")
            message.integer(Int64(Self.depth))
            message.text(".")
            message.plain(self.instruments[slot].symbol)
            message.text("\",\"publicTrade.")
            message.plain(self.instruments[slot].symbol)
            message.text("\"")
        }
        message.text("]}")
        return message.bytes
    }

    /// The book by REST. It does not belong to the stream's sequence and is asked for by nobody: snapshots come by the stream.
    public func snapshotRequest(_ slot: Int) -> VenueRequest {
        var target = WireWriter()
        target.text("/v5/market/orderbook?category=spot&limit=200&symbol=")
        target.plain(self.instruments[slot].symbol)
        return VenueRequest(.get, target.bytes)
    }
}
