import NIOCore
import TerraceBus
import TerraceCore
import TerraceRuntime
import TerraceSimulation
import TerraceStorage
import TerraceVenues

extension LiveRun {
    /// Trades as planned, over the network. See `run`.
    ///
    /// A live run writes a journal, goes on from what it holds, and has the store follow it.
    ///
    /// - Parameters:
    ///   - passwords: Of store and bus.
    ///   - say: Takes a line for people: a notice of a connection, or a command of a dry run.
    ///   - show: As in `DemoRun.inRealTime`.
    public func start(
        _ plan: LivePlan, passwords: ServicePasswords = ServicePasswords(),
        say: @escaping @Sendable (String) -> Void, show: @escaping @Sendable (RunProgress) -> Bool
    ) async throws -> RunReport {
        let notices = ServiceNotices()
        let tell: @Sendable (String) -> Void = { line in
            notices.noted([line])
            say(line)
        }
        let record = plan.mode == .live ? try LiveRecord.open(plan) : nil
        for note in record?.notes ?? [] { tell(note) }
        var store: LiveStore?
        let services: LiveServices
        var report: RunReport
        do {
            store = try await LiveStore.open(plan, record?.journal, role: "run", password: passwords.store, say: tell)
            services = LiveServices(plan: plan, record: record, store: store, notices: notices)
            report =
                plan.desk.configuration.services.bus.isShared
                ? try await self.runOverBus(plan, services, passwords.bus, say, show)
                : try await self.runAlone(plan, services, say, show)
        } catch {
            try? record?.journal.close()
            _ = await store?.stop()
            throw error
        }
        // The store first: what it could not take the journal must keep.
        for line in await store?.stop() ?? [] { tell(line) }
        do throws(JournalError) {
            try record?.journal.close()
        } catch {
            report.reconciled = false
            report.mismatches.append(error.description)
        }
        for line in services.takeNotices() { say(line) }
        report.services?.notices = notices.all
        if let store { report.services?.store?.takeFollower(of: store) }
        report.services?.journal = record.map { JournalReport($0.journal.statistics) }
        return report
    }

    /// Market data from the venues themselves.
    private func runAlone(
        _ plan: LivePlan, _ services: LiveServices, _ say: @escaping @Sendable (String) -> Void,
        _ show: @escaping @Sendable (RunProgress) -> Bool
    ) async throws -> RunReport {
        let log = SessionLog()
        let setup = plan.desk.bound.setup
        var report = try await self.run(
            plan, record: services.record, warm: await services.volumes(say),
            connect: { clock, loop in
                let connections = try self.connections(
                    plan, services.record?.ledger, carryMarket: true, clock, loop)
                log.connections = connections
                return connections
            },
            mismatches: { engine, connections in
                log.noteBalances(engine, setup)
                return LiveReconciliation.mismatches(engine, connections, setup)
            },
            notices: { loop in try await loop.submit { log.takeNotices() }.get() + services.takeNotices() },
            close: { loop in
                try await loop.flatSubmit {
                    log.noteCounts()
                    return log.connections?.close(on: loop) ?? loop.makeSucceededVoidFuture()
                }.get()
            }, say: say, show: { show(services.shown($0, redis: nil)) })
        report.sessions = log.reports
        report.services = services.report(redis: nil)
        return report
    }

    /// Market data from a feed, over Redis; the venues' connections carry the accounts alone.
    private func runOverBus(
        _ plan: LivePlan, _ services: LiveServices, _ password: String?, _ say: @escaping @Sendable (String) -> Void,
        _ show: @escaping @Sendable (RunProgress) -> Bool
    ) async throws -> RunReport {
        let log = SessionLog()
        let bus = BusLog()
        let setup = plan.desk.bound.setup
        let addresses = try plan.busAddresses(password)
        var report = try await self.run(
            plan, record: services.record, warm: await services.volumes(say),
            connect: { clock, loop in
                let accounts = try self.connections(
                    plan, services.record?.ledger, carryMarket: false, clock, loop)
                log.connections = accounts
                let subscriber = try plan.subscriber(addresses: addresses, on: loop, clock: { clock.now })
                let connections = BusConnections(
                    accounts: accounts, subscriber: subscriber, instruments: plan.instrumentsByName.count,
                    hasAccounts: plan.mode == .live)
                bus.connections = connections
                return connections
            },
            mismatches: { engine, connections in
                log.noteBalances(engine, setup)
                return LiveReconciliation.mismatches(engine, connections.accounts, setup)
            },
            notices: { loop in
                try await loop.submit { log.takeNotices() + bus.takeNotices() }.get() + services.takeNotices()
            },
            close: { loop in
                try await loop.flatSubmit {
                    log.noteCounts()
                    bus.noteCounts()
                    return bus.connections?.close(on: loop) ?? loop.makeSucceededVoidFuture()
                }.get()
            }, say: say, show: { show(services.shown($0, redis: bus.report)) })
        report.sessions = log.reports
        report.services = services.report(redis: bus.report)
        return report
    }

    /// The connections to the plan's venues. Only a live run trades; the others have no account.
    func connections(
        _ plan: LivePlan, _ ledger: Ledger?, carryMarket: Bool, _ clock: ShardClock, _ loop: any EventLoop
    ) throws(NetworkError) -> NetworkConnections {
        var venues: [NetworkConnections.Venue] = []
        let limits = plan.desk.configuration.limits
        for (index, access) in plan.accesses.enumerated() {
            let transport = try NetworkTransport(
                eventLoop: loop,
                settings: NetworkSettings(
                    extraRoots: access.certificateFile.map { [$0] } ?? [], proxy: self.proxy,
                    limitHeaders: access.traits.limitHeaders))
            var settings = SessionSettings(
                venue: VenueIndex(UInt8(truncatingIfNeeded: index)), trades: plan.mode == .live,
                instance: plan.desk.configuration.instance, coins: plan.desk.bound.setup.assets,
                endpoints: access.endpoints,
                seed: UInt64(bitPattern: clock.origin.nanoseconds) &+ UInt64(truncatingIfNeeded: index))
            settings.carriesMarket = carryMarket
            if let ledger { settings.fillMarks = plan.fillMarks(ledger, venue: index) }
            settings.deadManMilliseconds = limits.deadManNanoseconds / 1_000_000
            settings.orderShareFactor = Self.orderShareFactor(plan.desk.configuration.venues[index], access.venue)
            let dialect = access.venue.make(
                plan.desk.instruments[index], plan.mode == .live ? access.credentials : nil)
            let session = VenueSession(dialect, settings: settings, transport: transport)
            venues.append(NetworkConnections.Venue(session: session, transport: transport))
        }
        return NetworkConnections(venues, clock: clock)
    }

    /// What an ordinary account may send over what the configuration says that this one may, where that is more.
    static func orderShareFactor(_ configured: VenueConfiguration, _ venue: LiveVenue) -> Double {
        guard let ordinary = venue.ordinaryOrders, configured.windowNanoseconds > 0 else { return 1 }
        let allowed = Double(configured.ordersPerWindow) * 1e10 / Double(configured.windowNanoseconds)
        return allowed > Double(ordinary) ? Double(ordinary) / allowed : 1
    }
}
