/// What can be asked for by REST.
enum BybitOperation: CaseIterable {
    case time, instruments, orderBook, tickers, recentTrades
    case create, amend, cancel, cancelAll, createBatch, amendBatch, cancelBatch
    case realtime, history, executions, wallet, accountInformation, feeRate, key

    /// Method and path.
    var route: (method: ServerRequest.Method, path: String) {
        switch self {
        case .time: (.get, "/v5/market/time")
        case .instruments: (.get, "/v5/market/instruments-info")
        case .orderBook: (.get, "/v5/market/orderbook")
        case .tickers: (.get, "/v5/market/tickers")
        case .recentTrades: (.get, "/v5/market/recent-trade")
        case .create: (.post, "/v5/order/create")
        case .amend: (.post, "/v5/order/amend")
        case .cancel: (.post, "/v5/order/cancel")
        case .cancelAll: (.post, "/v5/order/cancel-all")
        case .createBatch: (.post, "/v5/order/create-batch")
        case .amendBatch: (.post, "/v5/order/amend-batch")
        case .cancelBatch: (.post, "/v5/order/cancel-batch")
        case .realtime: (.get, "/v5/order/realtime")
        case .history: (.get, "/v5/order/history")
        case .executions: (.get, "/v5/execution/list")
        case .wallet: (.get, "/v5/account/wallet-balance")
        case .accountInformation: (.get, "/v5/account/info")
        case .feeRate: (.get, "/v5/account/fee-rate")
        case .key: (.get, "/v5/user/query-api")
        }
    }

    /// The operation of a method and a path.
    init?(_ method: ServerRequest.Method, _ path: String) {
        guard let found = Self.allCases.first(where: { $0.route == (method, path) }) else { return nil }
        self = found
    }

    /// Whether it commands orders.
    var isCommand: Bool {
        switch self {
        case .create, .amend, .cancel, .cancelAll, .createBatch, .amendBatch, .cancelBatch: true
        case .time, .instruments, .orderBook, .tickers, .recentTrades, .realtime, .history, .executions, .wallet,
            .accountInformation, .feeRate, .key:
            false
        }
    }

    /// Whether it is several commands in one.
    var isBatch: Bool { self == .createBatch || self == .amendBatch || self == .cancelBatch }

    /// Whether anybody may ask.
    var isPublic: Bool {
        switch self {
        case .time, .instruments, .orderBook, .tickers, .recentTrades: true
        case .create, .amend, .cancel, .cancelAll, .createBatch, .amendBatch, .cancelBatch, .realtime, .history,
            .executions, .wallet, .accountInformation, .feeRate, .key:
            false
        }
    }

    /// Which of the account's windows it counts in, and how many a second are allowed: "Rate Limit", spot. Nil for none.
    var bucket: (place: Int, limit: Int)? {
        switch self {
        case .create: (0, 20)
        case .amend: (1, 10)
        case .cancel: (2, 20)
        case .cancelAll: (3, 20)
        case .createBatch: (4, 20)
        case .amendBatch: (5, 20)
        case .cancelBatch: (6, 20)
        case .realtime: (7, 50)
        case .history: (8, 50)
        case .executions: (9, 50)
        case .wallet: (10, 50)
        case .accountInformation, .feeRate, .key: (11, 10)
        case .time, .instruments, .orderBook, .tickers, .recentTrades: nil
        }
    }

    /// The limits of all windows, by their places.
    static let limits: [(limit: Int, isCommand: Bool)] = {
        var limits: [(limit: Int, isCommand: Bool)] = []
        for operation in Self.allCases {
            if let bucket = operation.bucket, bucket.place == limits.count {
                limits.append((bucket.limit, operation.isCommand))
            }
        }
        return limits
    }()
}
