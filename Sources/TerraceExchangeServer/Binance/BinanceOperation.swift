/// What can be asked of the venue, by REST and by the WebSocket API.
enum BinanceOperation {
    case ping, time, exchangeInfo, depth, trades, aggregateTrades, bookTicker, price, averagePrice
    case placeOrder, testOrder, cancelOrder, queryOrder, cancelReplace, openOrders, cancelOpenOrders
    case allOrders, myTrades, account, restrictions, commission, orderLimits, coins
    case createListenKey, renewListenKey, closeListenKey

    /// Who may ask.
    enum Security {
        /// Everybody.
        case none
        /// Who has a key.
        case key
        /// Who has a key and signs.
        case signed
        /// The same, where the key may trade.
        case trade
    }

    var security: Security {
        switch self {
        case .ping, .time, .exchangeInfo, .depth, .trades, .aggregateTrades, .bookTicker, .price, .averagePrice: .none
        case .createListenKey, .renewListenKey, .closeListenKey: .key
        case .queryOrder, .openOrders, .allOrders, .myTrades, .account, .restrictions, .commission, .orderLimits,
            .coins:
            .signed
        case .placeOrder, .testOrder, .cancelOrder, .cancelReplace, .cancelOpenOrders: .trade
        }
    }

    /// Whether it changes orders.
    var isCommand: Bool {
        switch self {
        case .placeOrder, .cancelOrder, .cancelReplace, .cancelOpenOrders: true
        case .ping, .time, .exchangeInfo, .depth, .trades, .aggregateTrades, .bookTicker, .price, .averagePrice,
            .testOrder, .queryOrder, .openOrders, .allOrders, .myTrades, .account, .restrictions, .commission,
            .orderLimits, .coins, .createListenKey, .renewListenKey, .closeListenKey:
            false
        }
    }

    /// What it counts as: the spot documentation's weights. Commands that succeed are free since April 2026.
    func weight(_ parameters: ParameterList) -> Int {
        let hasSymbol = parameters["symbol"] != nil
        switch self {
        case .ping, .time, .testOrder, .placeOrder, .cancelOrder, .cancelReplace, .cancelOpenOrders, .restrictions:
            return 1
        case .exchangeInfo, .allOrders, .account, .commission: return 20
        case .depth:
            let limit = parameters["limit"].flatMap { Int($0) } ?? 100
            return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250
        case .trades: return 25
        case .aggregateTrades: return 4
        case .bookTicker, .price: return hasSymbol ? 2 : 4
        case .averagePrice, .createListenKey, .renewListenKey, .closeListenKey: return 2
        case .queryOrder: return 4
        case .openOrders: return hasSymbol ? 6 : 80
        case .myTrades: return parameters["orderId"] != nil ? 5 : 20
        case .orderLimits: return 40
        case .coins: return 10
        }
    }

    /// What a method and a path ask for; nil where there is nothing.
    static func rest(_ method: ServerRequest.Method, _ path: String) -> BinanceOperation? {
        switch (method, path) {
        case (.get, "/api/v3/ping"): .ping
        case (.get, "/api/v3/time"): .time
        case (.get, "/api/v3/exchangeInfo"): .exchangeInfo
        case (.get, "/api/v3/depth"): .depth
        case (.get, "/api/v3/trades"): .trades
        case (.get, "/api/v3/aggTrades"): .aggregateTrades
        case (.get, "/api/v3/ticker/bookTicker"): .bookTicker
        case (.get, "/api/v3/ticker/price"): .price
        case (.get, "/api/v3/avgPrice"): .averagePrice
        case (.post, "/api/v3/order"): .placeOrder
        case (.post, "/api/v3/order/test"): .testOrder
        case (.delete, "/api/v3/order"): .cancelOrder
        case (.get, "/api/v3/order"): .queryOrder
        case (.post, "/api/v3/order/cancelReplace"): .cancelReplace
        case (.get, "/api/v3/openOrders"): .openOrders
        case (.delete, "/api/v3/openOrders"): .cancelOpenOrders
        case (.get, "/api/v3/allOrders"): .allOrders
        case (.get, "/api/v3/myTrades"): .myTrades
        case (.get, "/api/v3/account"): .account
        case (.get, "/api/v3/account/commission"): .commission
        case (.get, "/api/v3/rateLimit/order"): .orderLimits
        case (.get, "/sapi/v1/account/apiRestrictions"): .restrictions
        case (.get, "/sapi/v1/capital/config/getall"): .coins
        case (.post, "/api/v3/userDataStream"): .createListenKey
        case (.put, "/api/v3/userDataStream"): .renewListenKey
        case (.delete, "/api/v3/userDataStream"): .closeListenKey
        default: nil
        }
    }

    /// What a method of the WebSocket API asks for; nil where there is nothing, or where the connection itself is meant.
    static func socket(_ method: String) -> BinanceOperation? {
        switch method {
        case "ping": .ping
        case "time": .time
        case "exchangeInfo": .exchangeInfo
        case "depth": .depth
        case "trades.recent": .trades
        case "trades.aggregate": .aggregateTrades
        case "ticker.book": .bookTicker
        case "ticker.price": .price
        case "avgPrice": .averagePrice
        case "order.place": .placeOrder
        case "order.test": .testOrder
        case "order.cancel": .cancelOrder
        case "order.status": .queryOrder
        case "order.cancelReplace": .cancelReplace
        case "openOrders.status": .openOrders
        case "openOrders.cancelAll": .cancelOpenOrders
        case "allOrders": .allOrders
        case "myTrades": .myTrades
        case "account.status": .account
        case "account.commission": .commission
        case "account.rateLimits.orders": .orderLimits
        case "userDataStream.start": .createListenKey
        case "userDataStream.ping": .renewListenKey
        case "userDataStream.stop": .closeListenKey
        default: nil
        }
    }
}
