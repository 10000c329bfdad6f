import TerraceCore

/// The facts of a stretch of a journal, as rows, and the stretch itself: what is written in one transaction.
///
/// Instruments and strategies are by place in the lists of names here.
struct StoreBatch: Sendable {
    /// An instrument by its names.
    struct Instrument: Hashable, Sendable {
        var venue: String
        var symbol: String
    }
    /// A public trade.
    struct Trade: Sendable {
        var instrument: Int
        /// 0 where the venue numbers its trades; otherwise the journal, and `trade` is the record.
        var source: Int64
        var trade: Int64
        var time: Timestamp
        var aggressor: Side
        var price: ExactDecimal
        var quantity: ExactDecimal
    }
    /// A trade of ours.
    struct Fill: Sendable {
        var instrument: Int
        var trade: Int64
        var strategy: Int
        var order: ClientOrderID
        var side: Side
        var price: ExactDecimal
        var quantity: ExactDecimal
        var fee: ExactDecimal
        var feeCoin: String
        var isMaker: Bool
        var time: Timestamp
        var sequence: Int64
    }
    /// What a strategy held after a record: on the venue of the record, and in total.
    struct Position: Sendable {
        var sequence: Int64
        var time: Timestamp
        var strategy: Int
        /// `nil`: only the total changed.
        var instrument: Int?
        var venue: Holding
        var total: Holding
    }
    /// Amounts of a position: quantity in the base coin, the others in the quote coin.
    struct Holding: Sendable {
        var quantity = ExactDecimal(units: 0, exponent: 0)
        var cost = ExactDecimal(units: 0, exponent: 0)
        var realised = ExactDecimal(units: 0, exponent: 0)
        var fees = ExactDecimal(units: 0, exponent: 0)
    }
    /// The last that is known of an order.
    struct Order: Sendable {
        var id: ClientOrderID
        var strategy: Int
        var instrument: Int
        var side: Side
        var price: ExactDecimal
        var quantity: ExactDecimal
        var filled: ExactDecimal
        var state: String
        var isOpen: Bool
        var time: Timestamp
        var sequence: Int64
    }
    /// Something that happened to an order.
    struct OrderChange: Sendable {
        var sequence: Int64
        var time: Timestamp
        var order: ClientOrderID
        var change: String
        var price: ExactDecimal?
        var quantity: ExactDecimal?
        var filled: ExactDecimal?
        var reason: String?
    }
    /// A configuration of a strategy that was not there before.
    struct Configuration: Sendable {
        var sequence: Int64
        var time: Timestamp
        var strategy: Int
        var symbol: String
        var json: String
        /// The record with which its run began.
        var run: Int64
    }
    /// A run that began.
    struct Run: Sendable {
        var sequence: Int64
        var time: Timestamp
        var instance: Int64
        var mode: String
        var program: String
    }
    /// What an operator did, or the engine of itself.
    struct Action: Sendable {
        var sequence: Int64
        var time: Timestamp
        var actor: String
        var action: String
        var strategy: Int?
        var coin: String?
        var quantity: ExactDecimal?
        var price: ExactDecimal?
        var profit: ExactDecimal?
    }

    /// The journal.
    var journal: Int64
    /// The record behind which the stretch begins.
    var after: UInt64
    /// Its last record.
    var through: UInt64
    /// When that was.
    var time = Timestamp.distantPast

    var instruments: [Instrument] = []
    var strategies: [String] = []
    var trades: [Trade] = []
    var fills: [Fill] = []
    var positions: [Position] = []
    var orders: [ClientOrderID: Order] = [:]
    var orderChanges: [OrderChange] = []
    var configurations: [Configuration] = []
    var runs: [Run] = []
    var actions: [Action] = []

    /// Nothing of this journal was stored before: what comes before the batch is no longer kept by the journal.
    var isFirst = false

    /// How many records it spans.
    var records: UInt64 { self.through - self.after }

    init(journal: Int64, after: UInt64) {
        self.journal = journal
        self.after = after
        self.through = after
    }
}

extension StoreBatch {
    /// How long a bucket of volume is.
    static let bucketSeconds: Int64 = 10

    /// When the bucket begins that has `time` in it, in seconds since 1970.
    static func bucketStart(of time: Timestamp) -> Int64 {
        let length = Self.bucketSeconds * 1_000_000_000
        let (quotient, remainder) = time.nanoseconds.quotientAndRemainder(dividingBy: length)
        return (remainder < 0 ? quotient - 1 : quotient) * Self.bucketSeconds
    }
}

extension ClientOrderID {
    /// As it is kept in a column: 32 digits.
    func writeHex(into bytes: inout [UInt8]) {
        for word in [self.high, self.low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }

    /// What a column has, with the dashes of PostgreSQL or without; `nil` where it is none.
    init?(hex: String) {
        let digits = hex.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32, let high = UInt64(String(decoding: digits.prefix(16), as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: digits.suffix(16), as: UTF8.self), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
