public import TerraceCore

/// A record of a journal for people: names instead of indices, exact decimals as text.
public struct JournalRow: Sendable, Equatable {
    /// What a row may tell, in the order in which it is shown; the names are those of columns and of keys.
    public enum Field: String, Sendable, CaseIterable {
        /// The venue.
        case venue
        /// The pair.
        case symbol
        /// The strategy's id.
        case strategy
        /// What happened or was asked for: `filled`, `place`, `kill`.
        case what
        /// `buy` or `sell`; of a public trade, the side of who took.
        case side
        /// In the base coin.
        case quantity
        /// In the quote coin.
        case price
        /// How much of the order had been filled so far, in the base coin.
        case cumulative
        /// What the venue charged; negative for a rebate.
        case fee
        /// In which coin.
        case feeCoin = "fee_coin"
        /// `maker` or `taker`.
        case liquidity
        /// An amount of a coin: a balance, a profit.
        case amount
        /// The coin of the amount.
        case coin
        /// Why a venue refused.
        case reason
        /// The venue's number of a trade.
        case trade
        /// The order's id as the venue shows it.
        case order
        /// When it was, by the venue.
        case venueTime = "venue_time"
        /// All else, as a sentence.
        case detail
    }

    /// The record's number.
    public var sequence: UInt64
    /// When it was recorded.
    public var time: Timestamp
    /// What it is about.
    public var topic: JournalTopic
    private var texts: [(field: Field, text: String)] = []

    init(sequence: UInt64, time: Timestamp, topic: JournalTopic) {
        self.sequence = sequence
        self.time = time
        self.topic = topic
    }

    /// What it tells of `field`; nil where it tells nothing.
    public subscript(_ field: Field) -> String? { self.texts.first { $0.field == field }?.text }

    mutating func add(_ field: Field, _ text: String?) {
        if let text { self.texts.append((field, text)) }
    }

    /// Equal in all that is told.
    public static func == (left: JournalRow, right: JournalRow) -> Bool {
        left.sequence == right.sequence && left.time == right.time && left.topic == right.topic
            && left.texts.elementsEqual(right.texts) { $0.field == $1.field && $0.text == $1.text }
    }

    /// One line: time, number, topic, and what it tells.
    public var line: String {
        var line = "\(UTCTime.text(self.time)) #\(self.sequence) \(self.topic.rawValue)"
        for field in Field.allCases {
            guard let text = self[field] else { continue }
            switch field {
            case .price: line += " at \(text)"
            case .cumulative: line += " filled \(text)"
            case .fee: line += " fee \(text)"
            case .reason: line += " because \(text)"
            case .trade: line += " trade \(text)"
            case .venueTime: line += " venue-time \(text)"
            case .detail: line += ": \(text)"
            case .venue, .symbol, .strategy, .what, .side, .quantity, .feeCoin, .liquidity, .amount, .coin, .order:
                line += " \(text)"
            }
        }
        return line
    }
}
