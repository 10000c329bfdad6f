import NIOCore
import TerraceBus
import TerraceCore
import TerraceSimulation
import TerraceVenues

extension LivePlan {
    /// What the bus calls a venue of a feed: so feeds of a test network and of the real one never meet.
    private func busName(_ venue: String) -> String { "\(self.desk.configuration.services.bus.feed).\(venue)" }

    /// The venues as the bus knows them.
    var busVenues: [BusVenue] {
        self.accesses.enumerated().map { index, access in
            BusVenue(name: self.busName(access.venue.name), index: VenueIndex(UInt8(truncatingIfNeeded: index)))
        }
    }

    /// The instruments as the bus knows them.
    var busInstruments: [BusInstrument] {
        zip(self.accesses, self.desk.instruments).flatMap { access, instruments in
            instruments.map {
                BusInstrument(
                    venue: self.busName(access.venue.name), symbol: $0.symbol, instrument: $0.instrument,
                    units: $0.units)
            }
        }
    }

    /// The servers of the bus.
    ///
    /// - Throws: `LiveRunError.record` where an address is none.
    func busAddresses(_ password: String?) throws(LiveRunError) -> [RedisAddress] {
        do throws(RedisAddressError) {
            let text = self.desk.configuration.services.bus.addresses.joined(separator: ",")
            return try RedisAddress.list(text).map { $0.with(password: password.map { RedisPassword($0) }) }
        } catch {
            throw .record("bus: \(error)")
        }
    }

    /// How publisher and subscriber behave.
    func busSettings(role: String) -> BusSettings {
        var settings = BusSettings()
        let bus = self.desk.configuration.services.bus
        settings.role = role
        settings.connections = ResourcePlan(pairs: self.desk.bound.setup.pairs.count).redisConnections
        settings.extraRoots = bus.certificateFile.map { [$0] } ?? []
        settings.lagLimit = bus.lagLimitNanoseconds
        return settings
    }

    /// The publisher of a feed.
    ///
    /// - Throws: `LiveRunError.record` where the bus can't be used as it is configured.
    func publisher(
        name: String, addresses: [RedisAddress], on eventLoop: any EventLoop, clock: @escaping () -> Timestamp
    ) throws(LiveRunError) -> BusPublisher {
        do throws(BusError) {
            return try BusPublisher(
                name: name, instruments: self.busInstruments, venues: self.busVenues, addresses: addresses,
                settings: self.busSettings(role: "feed"), on: eventLoop, clock: clock)
        } catch {
            throw .record("bus: \(error)")
        }
    }

    /// The subscriber of a run.
    ///
    /// - Throws: `LiveRunError.record` where the bus can't be used as it is configured.
    func subscriber(
        addresses: [RedisAddress], on eventLoop: any EventLoop, clock: @escaping () -> Timestamp
    ) throws(LiveRunError) -> BusSubscriber {
        do throws(BusError) {
            return try BusSubscriber(
                instruments: self.busInstruments, venues: self.busVenues, addresses: addresses,
                settings: self.busSettings(role: "run"), on: eventLoop, clock: clock)
        } catch {
            throw .record("bus: \(error)")
        }
    }
}
