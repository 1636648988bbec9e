"""A stand-in for NVML with some of the real library's functions, and none that it lacks."""

from types import SimpleNamespace
from typing import Any

UUID = "8f2a1c34-0000-1111-2222-333344445555"


class FakeNvml:
    """One card, known by its UUID and its place on the bus; `broken` functions raise.

    `processes` compute on it, `percent` of the time it is at work, its clocks tell `reasons`.
    """

    NVML_CLOCK_SM = 1

    def __init__(
        self,
        *,
        processes: int = 0,
        percent: tuple[int, ...] = (0,),
        reasons: int = 0,
        broken: tuple[str, ...] = (),
        prefix: str = "GPU-",
        mig: bool = False,
    ) -> None:
        self.processes, self.percents, self.reasons = processes, list(percent), reasons
        self.name, self.mig, self.mhz = prefix + UUID, mig, iter((210, 1980, 1950))
        self.asked: list[str] = []
        for function in broken:
            setattr(self, function, self._raise)

    @staticmethod
    def _raise(*_: object) -> Any:
        raise RuntimeError("NVML: not supported")

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:  # noqa: N802 - NVML's name, as all here
        self.asked.append(uuid)
        if uuid != self.name:
            raise RuntimeError("NVML: not found")
        return "part" if self.mig else "card"

    def nvmlDeviceGetHandleByPciBusId(self, bus_id: str) -> str:  # noqa: N802
        self.asked.append(bus_id)
        if bus_id != "00000000:41:00.0":
            raise RuntimeError("NVML: not found")
        return "card"

    def nvmlDeviceIsMigDeviceHandle(self, handle: str) -> int:  # noqa: N802
        return int(handle == "part")

    def nvmlDeviceGetDeviceHandleFromMigDeviceHandle(self, handle: str) -> str:  # noqa: N802
        assert handle == "part"
        return "card"

    def nvmlSystemGetDriverVersion(self) -> str:  # noqa: N802
        return "580.65.06"

    def nvmlDeviceGetEnforcedPowerLimit(self, card: str) -> int:  # noqa: N802
        self._whole(card)
        return 320_000

    def nvmlDeviceGetPersistenceMode(self, card: str) -> int:  # noqa: N802
        self._whole(card)
        return 1

    def nvmlDeviceGetMigMode(self, card: str) -> list[int]:  # noqa: N802
        self._whole(card)
        return [int(self.mig), int(self.mig)]

    def nvmlDeviceGetComputeRunningProcesses(self, _: str) -> list[Any]:  # noqa: N802
        return [SimpleNamespace(pid=pid) for pid in range(self.processes)]

    def nvmlDeviceGetUtilizationRates(self, handle: str) -> Any:  # noqa: N802
        self._whole(handle)
        percents = self.percents
        return SimpleNamespace(gpu=percents.pop(0) if len(percents) > 1 else percents[0])

    def nvmlDeviceGetClockInfo(self, card: str, kind: int) -> int:  # noqa: N802
        self._whole(card)
        assert kind == self.NVML_CLOCK_SM
        return next(self.mhz, 1950)

    def nvmlDeviceGetCurrentClocksEventReasons(self, card: str) -> int:  # noqa: N802
        self._whole(card)
        return self.reasons

    @staticmethod
    def _whole(handle: str) -> None:
        if handle != "card":
            raise RuntimeError("NVML: not supported of a part")
